// Elements of a page. Text becomes text nodes, so nothing that a run holds is read as HTML.

export const byId = id => document.getElementById(id);

// make returns an element with attributes and children. An attribute that begins with "on" is a listener, one that is
// true has no value, and one that is null or false is left out.
export function make(name, attributes = {}, ...children) {
	const svg = ["svg", "path", "line", "polygon", "circle", "text", "image", "title"].includes(name);
	const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
		else if (value === true) e.setAttribute(key, "");
		else if (value !== null && value !== undefined && value !== false) e.setAttribute(key, value);
	}
	e.append(...children.flat().filter(c => c !== null && c !== undefined && c !== false));
	return e;
}

// fill replaces the children of an element.
export function fill(element, ...children) {
	element.replaceChildren(...children.flat().filter(c => c !== null && c !== undefined && c !== false));
}

// table fills a table. A cell that is an element is a cell; anything else stands in one.
export function table(element, headings, rows) {
	const cell = c => (c instanceof HTMLTableCellElement ? c : make("td", {}, c));
	fill(element,
		make("thead", {}, make("tr", {}, headings.map(h => (h instanceof HTMLTableCellElement ? h : make("th", {scope: "col"}, h))))),
		make("tbody", {}, rows.map(r => (r instanceof HTMLElement ? r : make("tr", {}, r.map(cell))))));
}

export const number = text => make("td", {class: "number"}, text);
export const numberHead = text => make("th", {scope: "col", class: "number"}, text);

// crumbs writes where the page is, below the list of runs.
export function crumbs(...links) {
	fill(byId("crumbs"), links.map(([text, to]) => (to ? make("a", {href: to}, text) : make("span", {"aria-current": "page"}, text))));
}

// fault shows an error until the next success.
export function fault(error) {
	const box = byId("fault");
	box.textContent = error ? error.message ?? String(error) : "";
	box.hidden = !error;
}
