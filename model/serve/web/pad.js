// A triangle whose corners are the images of three seeds. x leads from the first corner to the second, and y from there to
// the third: the point has the weights (1-x)(1-y), x(1-y) and y.
import {make} from "./dom.js";

const corners = [[22, 112], [138, 112], [80, 24]]; // in the drawing, 160 by 134
const side = 20;

export class Pad {
	// moved is called with x and y when the point is moved.
	constructor(moved) {
		this.moved = moved;
		this.dot = make("circle", {r: 6});
		this.images = corners.map(([x, y], i) => make("image", {width: side, height: side, x: i === 2 ? x - side / 2 : i === 0 ? x - side : x, y: i === 2 ? y - side - 3 : y + 1}));
		this.element = make("svg", {class: "pad", viewBox: "0 0 160 134", tabindex: 0, role: "application", "aria-roledescription": "triangle",
			"aria-label": "Point between three images. The arrows move it.",
			onpointerdown: e => {
				this.element.setPointerCapture(e.pointerId);
				this.point(e);
			},
			onpointermove: e => this.element.hasPointerCapture(e.pointerId) && this.point(e),
			onkeydown: e => this.key(e),
		}, make("polygon", {points: corners.map(c => c.join(",")).join(" ")}), ...this.images, this.dot);
	}

	// set shows the point, and the images of the corners.
	set(x, y, sources) {
		Object.assign(this, {x, y});
		const w = [(1 - x) * (1 - y), x * (1 - y), y];
		this.at = [0, 1].map(k => corners.reduce((sum, c, i) => sum + w[i] * c[k], 0));
		this.dot.setAttribute("cx", this.at[0]);
		this.dot.setAttribute("cy", this.at[1]);
		sources.forEach((s, i) => this.images[i].getAttribute("href") === s || this.images[i].setAttribute("href", s));
	}

	point(e) {
		const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(this.element.getScreenCTM().inverse());
		this.to(at.x, at.y);
	}

	// to moves the point to a place of the drawing, or the nearest one in the triangle.
	to(px, py) {
		const [a, b, c] = corners;
		const y = Math.min(1, Math.max(0, (a[1] - py) / (a[1] - c[1])));
		const left = a[0] + y * (c[0] - a[0]), right = b[0] + y * (c[0] - b[0]);
		const x = right - left < 1e-6 ? this.x : Math.min(1, Math.max(0, (px - left) / (right - left)));
		this.moved(x, y);
	}

	key(e) {
		const by = e.shiftKey ? 12 : 3;
		const move = {ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by]}[e.key];
		if (!move) return;
		e.preventDefault();
		this.to(this.at[0] + move[0], this.at[1] + move[1]);
	}
}
