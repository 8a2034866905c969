// The page of one run.
import {follow, get} from "./api.js";
import {Group} from "./chart.js";
import {curves, ofRun} from "./curves.js";
import {byId, crumbs, fault, fill, make, number, numberHead, table} from "./dom.js";
import {figureNames, history, showEvaluations} from "./evaluations.js";
import {Film} from "./film.js";
import {ago, brief, date, duration, query, short, whole, words} from "./format.js";
import {badge} from "./status.js";
import {showSettings} from "./settings.js";

const name = new URLSearchParams(location.search).get("run") ?? "";
const mostLog = 200_000; // letters
const mostRows = 40;

crumbs([name]);
document.title = `${name} – Gorgan`;
byId("name").textContent = name;
byId("explore").href = `/explore?${query({run: name})}`;

let metrics = [], evaluations = [], overview = null, about = null;

function showOverview(o) {
	overview = o;
	byId("about").textContent = [o.data, o.loss, o.began && `began ${date(o.began)}`].filter(Boolean).join(" · ");
	const progress = make("progress", {max: o.steps, value: Math.min(o.step, o.steps), "aria-label": "Steps done"});
	fill(byId("progress"), make("div", {class: "progress"}, badge(o), progress, make("span", {}, `step ${whole(o.step)} of ${whole(o.steps)}`)));
	const fact = (term, value, small) => make("div", {}, make("dt", {}, term), make("dd", {}, value, small && make("small", {}, small)));
	const last = o.last;
	fill(byId("facts"),
		fact("Time", o.seconds ? duration(o.seconds) : "–", o.state === "training" ? (o.left ? `about ${duration(o.left)} left` : "") : `last change ${ago(o.news)}`),
		fact("Speed", last?.images_per_second ? whole(last.images_per_second) : "–", "images a second"),
		fact("Losses, G and D", last ? `${brief(last.g_loss)}, ${brief(last.d_loss)}` : "–", "of the last batch"),
		fact("D(x), D(G(z))", last ? `${brief(last.d_real)}, ${brief(last.d_fake)}` : "–", about.probability ? "1/2: it cannot tell them apart" : "means of a critic's output"),
		o.best && fact(words(o.figure), short(o.best.value), `best, step ${whole(o.best.step)}; floor ${short(o.best.floor)}`),
		fact("Checkpoints", o.checkpoints.length, o.checkpoints.length > 0 ? `last of step ${whole(o.checkpoints.at(-1))}` : ""));
	byId("warnings").hidden = o.warnings.length + o.notes.length === 0;
	fill(byId("warnings"), o.warnings.map(w => make("div", {class: "warning"}, make("b", {}, `Step ${whole(w.step)}: `), w.text)), o.notes.map(n => make("div", {class: "warning"}, n)));
	byId("explore").hidden = o.checkpoints.length === 0;
	film.set(o.pictures);
}

function showNumbers() {
	const every = Math.max(1, Math.ceil(metrics.length / mostRows));
	const rows = metrics.filter((m, i) => i % every === 0 || i === metrics.length - 1).reverse();
	table(byId("numbers"), ["Step", "G", "D", "Penalty", "D(x)", "D(G(z))", "JSD ≥", "Images/s"].map(numberHead),
		rows.map(m => [number(whole(m.step)), ...[m.g_loss, m.d_loss, m.penalty, m.d_real, m.d_fake, m.jsd].map(v => number(short(v))), number(m.images_per_second ? whole(m.images_per_second) : "–")]));
}

const film = new Film(byId("film"), name);
const group = new Group(byId("tools"));
const figures = new Map();
let charts = [];

function showFigures() {
	byId("evaluated").hidden = evaluations.length === 0;
	if (evaluations.length === 0) return;
	const decisive = overview?.figure, last = evaluations.at(-1);
	byId("evaluated-about").textContent = `${whole(last.count)} fake images each; dashed: the same figure of real images`;
	for (const name of figureNames(evaluations, decisive).slice(0, 2)) {
		if (!figures.has(name)) {
			const f = last.figures.find(f => f.name === name);
			figures.set(name, group.add(byId("figures"), words(name), f?.better && `${f.better} is better`, [
				{name: words(name), colour: "series-2", exact: true, points: true}, {name: "Real images", colour: "muted", dash: true, exact: true}]));
		}
		figures.get(name).set(history(evaluations, name));
	}
	showEvaluations(byId("evaluations"), evaluations, decisive);
}

function showLog(text) {
	const log = byId("log"), end = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
	log.textContent = (log.textContent + text).slice(-mostLog);
	if (end) log.scrollTop = log.scrollHeight;
}

try {
	about = await get("run", {run: name});
	charts = curves.filter(c => !c.probability || about.probability).map(c => {
		const {series, note, points} = ofRun(c, about.probability);
		return {chart: group.add(byId("curves"), c.title, note, series), points};
	});
	showOverview(about.overview);
	showSettings(byId("settings"), byId("baseline"), about);
	follow(name, {
		reset: () => {
			metrics = [];
			evaluations = [];
			byId("log").textContent = "";
		},
		metrics: lines => {
			metrics.push(...lines);
			charts.forEach(c => c.chart.set(c.points(metrics)));
			showNumbers();
		},
		evaluations: lines => {
			evaluations.push(...lines);
			showFigures();
		},
		log: showLog,
		overview: o => {
			showOverview(o);
			showFigures();
		},
	}, lost => fault(lost));
} catch (error) {
	fault(error);
}
