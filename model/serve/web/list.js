// The list of runs.
import {get} from "./api.js";
import {byId, crumbs, fault, fill, make, number, numberHead, table} from "./dom.js";
import {date, duration, query, short, whole, words} from "./format.js";
import {badge} from "./status.js";

const chosen = new Set();
const period = 3000; // milliseconds between two looks

function row(run) {
	if (run.error) return make("tr", {}, make("td"), make("td", {class: "name"}, run.name), make("td", {colspan: 6, class: "muted"}, `cannot be read: ${run.error}`));
	const box = make("input", {type: "checkbox", name: "run", value: run.name, "aria-label": `Compare ${run.name}`, onchange: e => {
		e.target.checked ? chosen.add(run.name) : chosen.delete(run.name);
		count();
	}});
	box.checked = chosen.has(run.name);
	const warned = run.warnings.length > 0 && make("small", {class: "below"}, `${run.warnings.length === 1 ? "1 warning" : `${run.warnings.length} warnings`}`);
	return make("tr", {},
		make("td", {}, box),
		make("td", {class: "name"}, make("a", {href: `/run?${query({run: run.name})}`}, run.name)),
		make("td", {}, badge(run), warned),
		number([whole(run.step), make("small", {}, ` / ${whole(run.steps)}`)]),
		make("td", {class: "number optional"}, run.seconds ? duration(run.seconds) : "–"),
		make("td", {class: "optional"}, `${run.data} · ${run.loss}`),
		make("td", {class: "number optional"}, run.best ? [short(run.best.value), make("small", {}, ` ${words(run.figure)}, floor ${short(run.best.floor)}`)] : "–"),
		make("td", {class: "optional muted"}, date(run.began)));
}

function count() {
	byId("go").disabled = chosen.size < 2;
	byId("hint").textContent = chosen.size < 2 ? "Choose two runs or more to lay their curves over each other." : `${chosen.size} runs are chosen.`;
}

async function show() {
	try {
		const {folder, runs} = await get("runs");
		byId("folder").textContent = `${folder} · ${runs.length === 1 ? "1 run" : `${whole(runs.length)} runs`}`;
		const focused = document.activeElement?.value;
		if (runs.length === 0) {
			fill(byId("runs"), make("tbody", {}, make("tr", {}, make("td", {class: "empty"}, "There are no runs here yet. Begin one with gorgan train."))));
		} else {
			const optional = text => make("th", {scope: "col", class: "optional"}, text);
			table(byId("runs"), [make("th", {}, make("span", {class: "quiet"}, "Compare")), "Run", "State", numberHead("Step"),
				make("th", {scope: "col", class: "number optional"}, "Time"), optional("Data and loss"), make("th", {scope: "col", class: "number optional"}, "Best evaluation"), optional("Began")], runs.map(row));
			if (focused) document.querySelector(`input[value="${CSS.escape(focused)}"]`)?.focus();
		}
		fault(null);
	} catch (error) {
		fault(error);
	}
}

crumbs();
await show();
setInterval(() => document.hidden || show(), period);
