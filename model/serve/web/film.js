// The film strip of a run: the images of the same seeds over the steps, beside real images.
import {make} from "./dom.js";
import {query, whole} from "./format.js";

const period = 250; // milliseconds of a picture

export class Film {
	constructor(parent, run) {
		this.run = run;
		this.pictures = [];
		this.newest = true; // the slider stays at the end while the run trains
		this.fake = make("img", {alt: ""});
		this.caption = make("figcaption", {}, "No pictures yet");
		this.step = make("output", {}, "");
		this.slider = make("input", {type: "range", min: 0, max: 0, value: 0, "aria-label": "Step of the fake images", oninput: () => {
			this.newest = this.index === this.pictures.length - 1;
			this.show();
		}});
		this.play = make("button", {type: "button", "aria-pressed": "false", onclick: () => this.toggle()}, "Play");
		const reals = make("img", {src: this.source("reals.png"), alt: "Real images of the data", onerror: e => { e.target.closest("figure").hidden = true; }});
		parent.append(
			make("div", {class: "pair"}, make("figure", {}, this.fake, this.caption), make("figure", {}, reals, make("figcaption", {}, "Real images"))),
			make("div", {class: "player"}, this.play, this.slider, this.step));
	}

	source(name) { return `/api/picture?${query({run: this.run, name})}`; }

	get index() { return Number(this.slider.value); }

	set(pictures) {
		if (pictures.length === this.pictures.length && pictures.at(-1)?.name === this.pictures.at(-1)?.name) return;
		this.pictures = pictures;
		this.slider.max = Math.max(0, pictures.length - 1);
		if (this.newest || this.index >= pictures.length) this.slider.value = pictures.length - 1;
		this.show();
	}

	show() {
		const picture = this.pictures[this.index];
		if (!picture) return;
		const when = picture.name.includes("init") ? "before training" : `step ${whole(picture.step)}`;
		this.fake.src = this.source(picture.name);
		this.fake.alt = `Fake images, ${when}`;
		this.caption.textContent = `Fake images, ${when}`;
		this.step.textContent = when;
		this.slider.setAttribute("aria-valuetext", when);
	}

	toggle() {
		if (this.timer) return this.stop();
		if (this.index === this.pictures.length - 1) this.slider.value = 0;
		this.play.textContent = "Pause";
		this.play.setAttribute("aria-pressed", "true");
		this.show();
		this.timer = setInterval(() => {
			if (!this.fake.complete) return; // a slow connection
			if (this.index >= this.pictures.length - 1) return this.stop();
			this.slider.value = this.index + 1;
			this.newest = this.index === this.pictures.length - 1;
			this.show();
		}, period);
	}

	stop() {
		clearInterval(this.timer);
		this.timer = null;
		this.play.textContent = "Play";
		this.play.setAttribute("aria-pressed", "false");
	}
}
