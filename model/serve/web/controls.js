// The controls of the explorer.
import {make} from "./dom.js";

let fields = 0;

// field returns a labelled control, and perhaps what stands beside it.
export function field(label, control, ...beside) {
	control.id ||= `field-${++fields}`;
	return make("div", {class: "field"}, make("label", {for: control.id}, label), make("span", {class: "row"}, control, ...beside));
}

// slider returns a field with a range and its value. set moves it without calling changed.
export function slider(label, {min, max, step, write = v => v}, changed) {
	const output = make("output"), input = make("input", {type: "range", min, max, step, oninput: () => {
		tell();
		changed(Number(input.value));
	}});
	const tell = () => {
		output.textContent = write(Number(input.value));
		input.setAttribute("aria-valuetext", output.textContent);
	};
	return {element: field(label, input, output), input, set: v => {
		input.value = v;
		tell();
	}};
}

// select returns a field with a choice of [value, text].
export function select(label, options, changed) {
	const input = make("select", {onchange: () => changed(input.value)}, options.map(([value, text]) => make("option", {value}, text)));
	return {element: field(label, input), input, set: v => { input.value = v; }};
}

// choice returns a row of [value, text], one of which is chosen.
export function choice(label, options, changed) {
	const inputs = options.map(([value]) => make("input", {type: "radio", name: `choice-${label}`, value, onchange: () => changed(value)}));
	const element = make("fieldset", {}, make("legend", {class: "quiet"}, label), make("div", {class: "choice"}, options.map(([, text], i) => make("label", {}, inputs[i], text))));
	return {element, set: v => inputs.forEach(input => { input.checked = input.value === v; })};
}

// button returns a button that is no submit.
export const button = (text, pressed, attributes = {}) => make("button", {type: "button", onclick: pressed, ...attributes}, text);

export const check = (text, changed) => {
	const input = make("input", {type: "checkbox", onchange: () => changed(input.checked)});
	return {element: make("label", {class: "check"}, input, text), set: v => { input.checked = v; }};
};
