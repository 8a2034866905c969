// Several runs over each other.
import {get} from "./api.js";
import {Group} from "./chart.js";
import {curves, points} from "./curves.js";
import {byId, crumbs, fault, fill, make, table} from "./dom.js";
import {figureNames, history} from "./evaluations.js";
import {query, value, whole, words} from "./format.js";
import {badge} from "./status.js";

const names = new URLSearchParams(location.search).getAll("run");
const colours = 8, period = 5000;
const group = new Group(byId("tools"));
const charts = new Map();

crumbs(["Compare"]);

const colour = i => `series-${i % colours}`;

// chart returns the chart of a key, which it makes at first.
function chart(key, parent, title, note, series) {
	if (!charts.has(key)) charts.set(key, group.add(parent, title, note, series()));
	return charts.get(key);
}

function legend(runs) {
	fill(byId("legend"), runs.map((r, i) => {
		const swatch = make("span", {class: "swatch"});
		swatch.style.background = `var(--${colour(i)})`;
		const others = names.filter(n => n !== r.name);
		return make("li", {}, swatch, make("a", {href: `/run?${query({run: r.name})}`}, r.name), badge(r.about.overview),
			others.length > 0 && make("a", {href: `/compare?${query({run: others})}`, "aria-label": `Leave out ${r.name}`, title: "Leave out"}, "×"));
	}));
}

function differences(runs) {
	const of = runs.map(r => new Map(r.about.settings.map(s => [s.key, value(s.value)])));
	const keys = [...new Set(of.flatMap(m => [...m.keys()]))].sort().filter(k => new Set(of.map(m => m.get(k))).size > 1);
	table(byId("differences"), ["Setting", ...runs.map(r => r.name)], keys.map(k => [k, ...of.map(m => make("code", {}, m.get(k) ?? "–"))]));
	if (keys.length === 0) fill(byId("differences"), make("tbody", {}, make("tr", {}, make("td", {class: "empty"}, "All settings are the same."))));
}

async function show() {
	const runs = await Promise.all(names.map(async name => {
		const [about, lines] = await Promise.all([get("run", {run: name}), get("metrics", {run: name})]);
		return {name, about, ...lines};
	}));
	legend(runs);
	for (const c of curves) {
		if (c.probability && !runs.every(r => r.about.probability)) continue;
		for (const [line, of] of c.lines) {
			const title = c.lines.length > 1 ? `${c.title}: ${line}` : c.title;
			chart(title, byId("curves"), title, c.note, () => runs.map((r, i) => ({name: r.name, colour: colour(i)}))).set(runs.map(r => points(r.metrics, of)));
		}
	}
	const evaluated = runs.filter(r => r.evaluations.length > 0);
	byId("evaluated").hidden = evaluated.length === 0;
	const counts = new Set(evaluated.map(r => r.evaluations.at(-1).count));
	byId("evaluated-about").textContent = `Dashed: the same figure of real images.${counts.size > 1 ? ` The runs were evaluated on different numbers of images, ${[...counts].map(whole).join(" and ")}: compare each with its own floor.` : ""}`;
	const all = evaluated.flatMap(r => r.evaluations);
	for (const name of figureNames(all, evaluated[0]?.about.overview.figure).slice(0, 6)) {
		const better = all.at(-1).figures.find(f => f.name === name)?.better;
		const one = chart(name, byId("figures"), words(name), better && `${better} is better`, () => runs.flatMap((r, i) => [
			{name: r.name, colour: colour(i), exact: true, points: true}, {name: `${r.name}, real images`, colour: colour(i), dash: true, exact: true, quiet: true}]));
		one.set(runs.flatMap(r => history(r.evaluations, name)));
	}
	differences(runs);
	return runs.some(r => r.about.overview.state === "training");
}

async function again() {
	try {
		const live = document.hidden || await show();
		fault(null);
		if (live) setTimeout(again, period);
	} catch (error) {
		fault(error);
		setTimeout(again, period);
	}
}

if (names.length === 0) fault(new Error("No run is chosen; choose two or more in the list of runs."));
else await again();
