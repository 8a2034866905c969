// What the server is asked.
import {query} from "./format.js";

// get returns the JSON of an answer, and throws the server's sentence if it refuses.
export async function get(path, values = {}, signal = undefined) {
	let answer;
	try {
		answer = await fetch(`/api/${path}?${query(values)}`, {signal});
	} catch (error) {
		if (error.name === "AbortError") throw error;
		throw new Error("The server does not answer. It may have ended; start gorgan serve again.");
	}
	if (!answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Error(await answer.text());
	const json = await answer.json();
	if (json && json.error && !answer.ok) throw new Error(json.error);
	return json;
}

// follow reads the events of a run and calls the handlers of their names, and lost with a sentence where the server is silent,
// or with nothing. While the page is hidden it closes the stream: a
// browser has few connections to one server, for all its pages.
export function follow(run, handlers, lost) {
	let source = null, ended = false;
	const open = () => {
		if (source || ended || document.hidden) return;
		source = new EventSource(`/api/stream?${query({run})}`);
		for (const [name, handle] of Object.entries(handlers)) {
			source.addEventListener(name, e => {
				lost(null);
				handle(JSON.parse(e.data));
			});
		}
		source.addEventListener("end", () => {
			ended = true;
			close();
			lost("The server has ended. This page stays as it is; gorgan serve shows the run again.");
		});
		source.addEventListener("error", () => ended || lost("The server does not answer; this page goes on as soon as it does.")); // the browser tries again
	};
	const close = () => {
		source?.close();
		source = null;
	};
	document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
	addEventListener("pagehide", close);
	open();
}
