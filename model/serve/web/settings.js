// The settings of a run, those first that are not its preset's.
import {fill, make, table} from "./dom.js";
import {value} from "./format.js";

const code = v => make("code", {}, value(v));

export function showSettings(element, about, {settings, baseline, command}) {
	const differ = settings.filter(s => s.differs), same = settings.filter(s => !s.differs);
	const rows = list => list.map(s => make("tr", {class: s.differs && "differs"}, make("td", {}, s.key), make("td", {}, code(s.value)), make("td", {class: "muted"}, s.differs ? code(s.baseline) : "")));
	about.textContent = differ.length === 0 ? `as in ${baseline}` : `${differ.length} differ from ${baseline}`;
	const all = make("table"), few = make("table");
	table(few, ["Setting", "This run", `In ${baseline}`], rows(differ));
	table(all, ["Setting", "This run", ""], rows(same));
	fill(element,
		command?.length > 0 && make("code", {class: "command"}, `gorgan ${command.map(w => (/^[\w@%+=:,./-]+$/.test(w) ? w : `'${w.replaceAll("'", "'\\''")}'`)).join(" ")}`),
		differ.length > 0 && make("div", {class: "scroll"}, few),
		make("details", {class: "numbers"}, make("summary", {}, differ.length > 0 ? `The other ${same.length} settings` : `All ${same.length} settings`), make("div", {class: "scroll"}, all)));
}
