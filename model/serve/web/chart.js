// Charts over the steps of runs. Charts of a group have the same zoom, cursor and smoothing.
import {make} from "./dom.js";
import {short, whole} from "./format.js";

const height = 190;

// probed returns the colour of a variable in the present scheme, which a canvas cannot resolve itself.
const probe = make("span", {hidden: true});
function probed(name) {
	if (!probe.isConnected) document.body.append(probe);
	probe.style.color = `var(--${name})`;
	return getComputedStyle(probe).color;
}

// smoothed returns exponential moving averages, without the pull of a first value.
export function smoothed(values, by) {
	let sum = 0, weight = 0;
	return values.map(v => {
		if (v === null || v === undefined) return v;
		sum = by * sum + (1 - by) * v;
		weight = by * weight + 1 - by;
		return sum / weight;
	});
}

export class Group {
	constructor(tools) {
		this.charts = [];
		this.zoom = null; // [from, to], null for all steps
		this.by = .8; // the points themselves stay to be seen
		this.output = make("output", {}, this.by.toFixed(2));
		this.reset = make("button", {type: "button", disabled: true, onclick: () => this.show(null)}, "Show all steps");
		const slider = make("input", {type: "range", min: 0, max: 99, value: 100 * this.by, "aria-label": "Smoothing", oninput: e => {
			this.by = Number(e.target.value) / 100;
			this.output.textContent = this.by === 0 ? "none" : this.by.toFixed(2);
			this.charts.forEach(c => c.draw());
		}});
		tools.append(make("label", {}, "Smoothing", slider, this.output), this.reset);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.charts.forEach(c => c.begin()));
		const observer = new ResizeObserver(() => this.charts.forEach(c => c.resize()));
		this.observe = e => observer.observe(e);
	}

	// add returns a new chart in parent. Each of series has a name, a colour variable, and perhaps dash or exact, which no
	// smoothing changes.
	add(parent, title, note, series) {
		const chart = new Chart(this, title, note, series);
		parent.append(chart.figure);
		this.charts.push(chart);
		this.observe(chart.plot);
		return chart;
	}

	// show zooms all charts.
	show(zoom) {
		this.zoom = zoom;
		this.reset.disabled = zoom === null;
		this.charts.forEach(c => c.draw());
	}
}

class Chart {
	constructor(group, title, note, series) {
		Object.assign(this, {group, series, data: series.map(() => ({x: [], y: []}))});
		this.told = make("span", {class: "quiet"});
		this.plot = make("div", {class: "plot", tabindex: 0, role: "group", "aria-label": `${title}. Plus and minus zoom, the arrows move, 0 shows all steps.`, onkeydown: e => this.key(e)});
		this.figure = make("figure", {class: "chart"}, make("figcaption", {}, title, note && make("small", {}, note), this.told), this.plot);
	}

	// set gives the chart its points: for each series steps x and values y.
	set(data) {
		this.data = data;
		this.draw();
	}

	begin() {
		this.u?.destroy();
		this.u = null;
		this.draw();
	}

	draw() {
		if (!this.data.some(d => d.x.length > 0)) return;
		const tables = [];
		this.data.forEach((d, i) => {
			const still = this.series[i].exact || this.group.by === 0;
			tables.push([d.x, d.y], [d.x, still ? d.y.map(() => null) : smoothed(d.y, this.group.by)]);
		});
		const joined = uPlot.join(tables);
		if (!this.u) this.u = new uPlot(this.options(), joined, this.plot);
		this.smooth = this.group.by > 0;
		this.u.setData(joined, false);
		const x = joined[0];
		const [from, to] = this.group.zoom ?? [x[0], x[x.length - 1]];
		this.u.setScale("x", {min: from, max: to > from ? to : from + 1});
		this.u.setLegend({idx: this.u.cursor.idx ?? null}, false); // the cursor has not moved, but the values have
		this.told.textContent = this.summary();
	}

	// summary tells who does not see the chart what is in it.
	summary() {
		return `. ${this.series.map((s, i) => {
			const {x, y} = this.data[i], values = y.filter(v => v !== null && v !== undefined);
			if (values.length === 0) return `${s.name}: no values`;
			return `${s.name}: ${short(values.at(-1))} at step ${x.at(-1)}, from ${short(Math.min(...values))} to ${short(Math.max(...values))}`;
		}).join("; ")}.`;
	}

	options() {
		const axis = {stroke: () => probed("muted"), grid: {stroke: () => probed("line"), width: 1}, ticks: {show: false}, font: "12px system-ui, sans-serif"};
		// Where there is no cursor, the legend has the last values.
		const value = write => (u, v, i, at) => write(at === null || at === undefined ? u.data[i].findLast(v => v !== null && v !== undefined) : v);
		const series = [{label: "Step", value: value(v => (v === null || v === undefined ? "–" : whole(v)))}];
		for (const s of this.series) {
			const faint = () => (s.exact || !this.smooth ? 1 : .22);
			const stroke = () => {
				const c = probed(s.colour);
				return faint() === 1 ? c : c.replace(/^rgb\((.*)\)$/, `rgba($1, ${faint()})`);
			};
			series.push({label: s.name, stroke, width: s.dash ? 1 : 1.5, dash: s.dash ? [5, 4] : undefined, spanGaps: true, points: {show: s.points ?? false, size: 5}, class: s.quiet ? "raw" : undefined, value: value(short)});
			series.push({label: s.name, stroke: () => probed(s.colour), width: 2, spanGaps: true, points: {show: false}, class: "raw", value: value(short)});
		}
		return {
			width: this.plot.clientWidth || 400, height, series,
			scales: {x: {time: false}},
			axes: [{...axis, size: 30, values: (u, ticks) => ticks.map(v => (Number.isInteger(v) ? whole(v) : ""))}, {...axis, size: 52, values: (u, ticks) => ticks.map(short)}],
			cursor: {
				sync: {key: "steps", setSeries: false},
				drag: {x: true, y: false, setScale: false},
				bind: {dblclick: () => () => this.group.show(null)},
				points: {size: 6},
			},
			hooks: {setSelect: [u => {
				if (u.select.width < 4) return;
				const zoom = [u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")];
				u.setSelect({left: 0, width: 0, top: 0, height: 0}, false);
				this.group.show(zoom);
			}]},
		};
	}

	resize() {
		const width = this.plot.clientWidth;
		if (this.u && width > 0 && width !== this.u.width) this.u.setSize({width, height});
	}

	// key zooms and moves by the keyboard.
	key(e) {
		if (!this.u || e.ctrlKey || e.metaKey || e.altKey) return;
		const {min, max} = this.u.scales.x, span = max - min, all = this.u.data[0];
		const within = (from, to) => {
			const first = all[0], last = all[all.length - 1];
			const size = Math.min(to - from, last - first), start = Math.max(first, Math.min(from, last - size));
			this.group.show(size >= last - first ? null : [start, start + size]);
		};
		switch (e.key) {
		case "+": case "=": within(min + span / 4, max - span / 4); break;
		case "-": within(min - span / 2, max + span / 2); break;
		case "ArrowLeft": within(min - span / 4, max - span / 4); break;
		case "ArrowRight": within(min + span / 4, max + span / 4); break;
		case "0": case "Escape": this.group.show(null); break;
		default: return;
		}
		e.preventDefault();
	}
}
