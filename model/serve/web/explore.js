// The explorer of a checkpoint's noise.
import {get} from "./api.js";
import {button, check, choice, field, select, slider} from "./controls.js";
import {byId, crumbs, fault, fill, make} from "./dom.js";
import {query, short, whole, words} from "./format.js";
import {gallery} from "./gallery.js";
import {Latest} from "./latest.js";
import {Pad} from "./pad.js";
import {address, framesASecond, names, read} from "./view.js";

const restTime = 350; // milliseconds without a change before the nearest image is looked for
const view = read(location.search);
let model = null, timer = null, looking = null;

crumbs([view.run, `/run?${query({run: view.run})}`], ["Explorer"]);
document.title = `Explorer of ${view.run} – Gorgan`;

const fake = new Latest(byId("fake"), () => fault(null), async source => {
	try { // the image is an error: its text says why
		await get(source.slice("/api/".length).split("?")[0], Object.fromEntries(new URLSearchParams(source.split("?")[1])));
	} catch (error) {
		fault(error);
	}
});

const random = () => String(crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000);
const className = n => model.names?.[n] ?? String(n);

// caption says in words what is shown.
function caption() {
	const seeds = view.seeds.map(s => `seed ${s}`);
	const step = `step ${whole(model.step)}`;
	if (view.show === "triangle") {
		const part = p => `${Math.round(100 * p)} %`;
		return `Between ${seeds[0]} (${part((1 - view.x) * (1 - view.y))}), ${seeds[1]} (${part(view.x * (1 - view.y))}) and ${seeds[2]} (${part(view.y)}), ${step}`;
	}
	if (view.show === "path") return `Frame ${view.frame + 1} of ${view.frames}, through seeds ${view.seeds.join(", ")}, ${step}`;
	const of = view.classes === "" ? (model.classes > 0 ? Number(BigInt(view.seeds[0]) % BigInt(model.classes)) : null) : Number(view.classes);
	return `Fake image of ${seeds[0]}${of === null ? "" : `, class ${className(of)}`}, ${step}`;
}

// show draws what the view names, and makes it the page's address.
function show() {
	history.replaceState(null, "", `/explore?${query(names(view))}`);
	fake.show(address(view));
	if (!player) showGallery(view);
	byId("fake").alt = byId("fake-caption").textContent = caption();
	sync();
	looking?.abort();
	clearTimeout(timer);
	if (model.nearest && !player) timer = setTimeout(lookForNearest, restTime);
}

async function lookForNearest() {
	looking = new AbortController();
	const told = byId("real-caption");
	try {
		const found = await get("nearest", names(view), looking.signal);
		byId("beside").hidden = false;
		byId("real").src = `/api/real?${query({run: view.run, image: found.image})}`;
		byId("real").alt = `Nearest training image, number ${found.image}`;
		told.textContent = `Nearest of ${whole(found.of)} training images: number ${whole(found.image)}${found.label ? `, class ${found.label}` : ""}, at distance ${short(found.distance)}`;
	} catch (error) {
		if (error.name === "AbortError") return;
		byId("beside").hidden = false;
		byId("real").removeAttribute("src");
		byId("real").alt = "";
		told.textContent = error.message;
		model.nearest = false;
	}
}

// change changes the view and shows it.
function change(changes) {
	Object.assign(view, changes);
	show();
}

const showGallery = gallery(byId("gallery"), change);

let player = null;
function play(on) {
	clearInterval(player);
	player = null;
	if (on) {
		player = setInterval(() => {
			if (fake.busy) return; // at the speed of the server
			if (view.frame >= view.frames - 1 && !view.loop) return play(false);
			change({frame: (view.frame + 1) % view.frames});
		}, 1000 / framesASecond);
	} else {
		show();
	}
	sync();
}

let sync = () => {};

// build makes the controls for the model.
function build() {
	const reload = v => location.assign(`/explore?${query({...names(view), step: v})}`);
	const checkpoint = select("Checkpoint", [...model.checkpoints].reverse().map(s => [String(s), `step ${whole(s)}${s === model.best ? " (best)" : ""}`]), reload);
	const raw = check("Last weights, not their average", v => change({raw: v}));
	const width = slider("Noise width", {min: .05, max: 2, step: .05, write: v => `× ${v.toFixed(2)}`}, v => change({width: v}));
	const classes = select("Class", [["", "that of each seed"], ...Array.from({length: Math.min(model.classes, 1000)}, (_, n) => [String(n), className(n)])], v => change({classes: v}));
	const mode = choice("What is shown", [["seed", "One image"], ["triangle", "Triangle"], ["path", "Path"]], v => {
		if (player) play(false);
		change({show: v, frame: 0});
	});
	const seedInput = (label, i) => {
		const input = make("input", {type: "number", min: 0, step: 1, inputmode: "numeric", oninput: () => {
			if (/^\d{1,19}$/.test(input.value)) change({seeds: view.seeds.map((s, k) => (k === i ? input.value : s))});
		}});
		return {input, element: beside => field(label, input, ...beside)};
	};
	const one = seedInput("Seed", 0), three = ["First", "Second", "Third"].map(seedInput);
	const setSeeds = (seeds, rest = true) => change({seeds: rest ? [...seeds, ...view.seeds.slice(seeds.length)] : seeds});
	const pad = new Pad((x, y) => change({x, y}));
	const across = slider("First to second", {min: 0, max: 1, step: .01, write: v => v.toFixed(2)}, v => change({x: v}));
	const up = slider("Towards the third", {min: 0, max: 1, step: .01, write: v => v.toFixed(2)}, v => change({y: v}));
	const path = select("Way", model.paths.map(p => [p, words(p)]), v => change({path: v}));
	const list = make("input", {type: "text", spellcheck: "false", autocomplete: "off", onchange: () => {
		const seeds = list.value.split(",").map(s => s.trim());
		if (seeds.length < 2 || seeds.length > 64 || !seeds.every(s => /^\d{1,19}$/.test(s))) return fault(new Error("The seeds of a path are two whole numbers or more, up to 64, between commas."));
		fault(null);
		change({seeds, frame: 0, frames: Math.max(view.frames, seeds.length)});
	}});
	const frame = slider("Frame", {min: 0, max: 1, step: 1, write: v => whole(v + 1)}, v => change({frame: v}));
	const length = slider("Seconds", {min: 1, max: 60, step: 1, write: v => `${v} s`}, v => {
		const frames = Math.max(v * framesASecond, view.seeds.length);
		change({frames, frame: Math.min(frames - 1, Math.round(view.frame * frames / view.frames))});
	});
	const loop = check("Closed loop", v => change({loop: v}));
	const playing = button("Play", () => play(!player), {id: "play"});
	const link = (text, more) => {
		const a = make("a", {class: "button", download: ""}, text);
		return {a, set: () => { a.href = address(view, {...more(), download: 1}); }};
	};
	const scale = least => Math.max(1, Math.ceil(least / model.width));
	const png = link("PNG", () => ({as: "png", scale: scale(256)})), npy = link("npy", () => ({as: "npy"})), gif = link("GIF", () => ({as: "gif", scale: scale(256)}));

	const parts = {
		seed: make("fieldset", {}, make("legend", {class: "quiet"}, "One image"), one.element([
			button("−", () => BigInt(view.seeds[0]) > 0n && setSeeds([String(BigInt(view.seeds[0]) - 1n)]), {"aria-label": "The seed before"}),
			button("+", () => setSeeds([String(BigInt(view.seeds[0]) + 1n)]), {"aria-label": "The next seed"}),
			button("Random", () => setSeeds([random()]))])),
		triangle: make("fieldset", {}, make("legend", {class: "quiet"}, "Triangle"), pad.element, across.element, up.element,
			make("div", {class: "three"}, three.map(t => t.element([]))), button("Random seeds", () => setSeeds([random(), random(), random()]))),
		path: make("fieldset", {}, make("legend", {class: "quiet"}, "Path"), field("Seeds, in their order", list, button("Random", () => setSeeds([random(), random(), random(), random()], false))),
			frame.element, make("span", {class: "row field"}, playing), length.element, loop.element),
	};
	fill(byId("controls"), checkpoint.element, mode.element, ...Object.values(parts), path.element, model.classes > 0 && classes.element, width.element, model.averaged && raw.element,
		make("div", {class: "field"}, make("span", {}, "Download"), make("div", {class: "downloads"}, png.a, npy.a, gif.a)));
	byId("controls").addEventListener("submit", e => e.preventDefault());

	const put = (input, text) => document.activeElement === input || (input.value = text);
	sync = () => {
		for (const [name, part] of Object.entries(parts)) part.hidden = name !== view.show;
		path.element.hidden = view.show === "seed";
		gif.a.hidden = view.show !== "path";
		checkpoint.set(view.step);
		mode.set(view.show);
		width.set(view.width);
		raw.set(view.raw);
		classes.set(view.classes);
		path.set(view.path);
		put(one.input, view.seeds[0]);
		three.forEach((t, i) => put(t.input, view.seeds[i]));
		put(list, view.seeds.join(","));
		if (view.show === "triangle") {
			across.set(view.x);
			up.set(view.y);
			pad.set(view.x, view.y, view.seeds.slice(0, 3).map(s => address({...view, show: "seed", seeds: [s]})));
		}
		frame.input.max = view.frames - 1;
		frame.set(view.frame);
		length.set(Math.round(view.frames / framesASecond));
		loop.set(view.loop);
		playing.textContent = player ? "Pause" : "Play";
		[png, npy, gif].forEach(l => l.set());
	};
}

try {
	model = await get("model", {run: view.run, step: view.step || null});
	view.step = String(model.step);
	view.width ??= model.noise_width;
	view.frames = Math.max(view.frames, view.seeds.length);
	view.frame = Math.min(view.frame, view.frames - 1);
	if (model.classes === 0 || Number(view.classes) >= model.classes) view.classes = "";
	byId("about").textContent = `${view.run} · images of ${model.height}×${model.width}${model.channels > 1 ? " in colours" : ""} from noise of ${whole(model.noise_dim)} values${model.classes > 0 ? ` and ${whole(model.classes)} classes` : ""}${model.note ? ` · ${model.note}` : ""}`;
	build();
	show();
} catch (error) {
	fault(error);
}
