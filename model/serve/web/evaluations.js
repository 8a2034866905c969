// The evaluations of a run: each figure beside its floor, the same figure of real images.
import {make, number, numberHead, table} from "./dom.js";
import {short, whole, words} from "./format.js";

// figureNames returns the names of all figures, the one that decides first.
export function figureNames(evaluations, decisive) {
	const names = [...new Set(evaluations.flatMap(e => e.figures.map(f => f.name)))];
	return decisive && names.includes(decisive) ? [decisive, ...names.filter(n => n !== decisive)] : names;
}

// history returns the points of a figure and of its floor.
export function history(evaluations, name) {
	const points = {x: [], y: []}, floors = {x: [], y: []};
	for (const e of evaluations) {
		const f = e.figures.find(f => f.name === name);
		if (!f) continue;
		points.x.push(e.step);
		points.y.push(f.value);
		floors.x.push(e.step);
		floors.y.push(f.floor);
	}
	return [points, floors];
}

// spark draws a small curve and its floor.
function spark([points, floors]) {
	const all = [...points.y, ...floors.y], low = Math.min(...all), span = Math.max(...all) - low || 1;
	const y = v => 24 - 22 * (v - low) / span, x = i => (points.y.length < 2 ? 60 : i / (points.y.length - 1) * 118 + 1);
	const line = points.y.map((v, i) => `${i === 0 ? "M" : "L"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join("");
	const floor = y(floors.y.at(-1)).toFixed(1);
	return make("svg", {class: "spark", viewBox: "0 0 120 26", "aria-hidden": "true"}, make("line", {x1: 0, x2: 120, y1: floor, y2: floor}), make("path", {d: line.length > 0 ? line : "M0 0"}));
}

export function showEvaluations(element, evaluations, decisive) {
	const last = evaluations.at(-1);
	const best = (values, better) => (better === "higher" ? Math.max(...values) : better === "lower" ? Math.min(...values) : null);
	table(element, ["Figure", numberHead(`Step ${whole(last.step)}`), numberHead("Floor"), numberHead("Best"), "Better", "Over the steps"],
		figureNames(evaluations, decisive).map(name => {
			const past = history(evaluations, name), f = last.figures.find(f => f.name === name);
			if (!f) return make("tr", {}, make("th", {scope: "row"}, words(name)), make("td", {colspan: 5, class: "muted"}, "not measured at the last evaluation"));
			return make("tr", {},
				make("td", {}, words(name), f.unit && make("small", {}, ` ${f.unit}`)),
				number(short(f.value)), number(short(f.floor)), number(short(best(past[0].y, f.better))),
				make("td", {class: "muted"}, f.better === "higher" ? "↑ higher" : f.better === "lower" ? "↓ lower" : "–"),
				make("td", {}, spark(past)));
		}));
}
