// The state of a run in words.
import {make} from "./dom.js";
import {ago} from "./format.js";

export function badge(overview) {
	const text = {training: "training", finished: "finished", collapsed: "collapsed", interrupted: "interrupted"};
	return make("span", {class: `badge ${overview.state}`}, overview.state === "silent" ? `silent for ${ago(overview.news).replace(" ago", "")}` : text[overview.state]);
}
