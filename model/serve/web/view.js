// What the explorer shows. The query of the page's address has all of it, and is what the server draws from.
import {query} from "./format.js";

export const framesASecond = 25;

// read returns the view that an address names.
export function read(search) {
	const q = new URLSearchParams(search), number = (key, or) => (q.has(key) && Number.isFinite(Number(q.get(key))) ? Number(q.get(key)) : or);
	const seeds = (q.get("seeds") ?? "3,8,17").split(",").map(s => s.trim()).filter(s => /^\d+$/.test(s));
	while (seeds.length < 3) seeds.push(String(seeds.length));
	return {
		run: q.get("run") ?? "", step: q.get("step") ?? "", raw: q.get("raw") === "1", width: number("width", null),
		show: ["seed", "triangle", "path"].includes(q.get("show")) ? q.get("show") : "seed",
		seeds, classes: q.get("classes") ?? "", path: q.get("path") ?? "matched",
		x: number("x", .5), y: number("y", .33), frame: number("frame", 0), frames: number("frames", 150), loop: q.get("loop") !== "0",
	};
}

// names returns what names the image of a view.
export function names(v) {
	const common = {run: v.run, step: v.step, raw: v.raw ? 1 : null, width: v.width, show: v.show, classes: v.classes || null};
	switch (v.show) {
	case "triangle": return {...common, seeds: v.seeds.slice(0, 3).join(","), path: v.path, x: v.x.toFixed(4), y: v.y.toFixed(4)};
	case "path": return {...common, seeds: v.seeds.join(","), path: v.path, frame: v.frame, frames: v.frames, loop: v.loop ? 1 : 0};
	}
	return {...common, seeds: v.seeds[0]};
}

// address returns the address of an image of a view.
export const address = (v, more = {}) => `/api/image?${query({...names(v), ...more})}`;
