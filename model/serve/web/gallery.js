// Small images to choose from, below the one that is shown.
import {fill, make} from "./dom.js";
import {address} from "./view.js";

const pageSize = 24;

// images returns what the gallery of a view has: seeds around that of an image, or the keys of a path. Each has a label, a
// view, and the changes that choosing it makes.
function images(view) {
	if (view.show === "seed") {
		const first = BigInt(view.seeds[0]) / BigInt(pageSize) * BigInt(pageSize);
		return Array.from({length: pageSize}, (_, i) => String(first + BigInt(i))).map(seed =>
			({label: `Seed ${seed}`, view: {...view, seeds: [seed]}, changes: {seeds: [seed, ...view.seeds.slice(1)]}, chosen: seed === view.seeds[0]}));
	}
	if (view.show === "path") {
		const ways = view.loop ? view.seeds.length : view.seeds.length - 1;
		return view.seeds.map((seed, i) => {
			const frame = Math.floor(i * (view.loop ? view.frames : view.frames - 1) / ways);
			return {label: `Seed ${seed}`, view: {...view, frame}, changes: {frame}, chosen: frame === view.frame};
		});
	}
	return [];
}

// gallery returns the function that shows the gallery of a view in an element. chosen is called with changes of the view.
export function gallery(element, chosen) {
	const buttons = [];
	return view => {
		const all = images(view);
		while (buttons.length < all.length) {
			const button = make("button", {type: "button", onclick: () => chosen(button.changes)}, make("img", {alt: "", loading: "lazy", class: "pixels"}));
			buttons.push(button);
		}
		all.forEach((of, i) => {
			const button = buttons[i], source = address(of.view);
			button.changes = of.changes;
			button.setAttribute("aria-label", of.label);
			button.setAttribute("aria-pressed", of.chosen);
			if (button.firstChild.getAttribute("src") !== source) button.firstChild.src = source;
		});
		if (element.childElementCount !== all.length) fill(element, buttons.slice(0, all.length));
	};
}
