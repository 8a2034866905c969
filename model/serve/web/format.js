// How values are written.

// short writes a number with four digits.
export function short(v) {
	if (v === null || v === undefined || Number.isNaN(v)) return "–";
	if (Number.isInteger(v) && Math.abs(v) < 1e6) return whole(v);
	const size = Math.abs(v);
	if (size >= 1e4 && size < 1e7) return whole(v);
	if (size >= 1e7 || (size > 0 && size < 1e-4)) return v.toExponential(2);
	return String(Number(v.toPrecision(4)));
}

// brief writes a number with three digits.
export const brief = v => short(typeof v === "number" ? Number(v.toPrecision(3)) : v);

// whole writes a whole number in groups of three digits.
export const whole = n => Math.round(n).toLocaleString("en", {useGrouping: "min2"});

// duration writes seconds in the two largest units.
export function duration(seconds) {
	if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
	const s = Math.round(seconds);
	if (s < 60) return `${s} s`;
	if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
	if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
	return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}

// date writes a date of RFC 3339 in the reader's time.
export function date(text) {
	const d = new Date(text);
	return Number.isNaN(d.getTime()) ? "" : d.toLocaleString("en-GB", {day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit"});
}

// ago writes how long ago a date was, in its largest unit.
export function ago(text) {
	const seconds = Math.max(0, (Date.now() - new Date(text)) / 1000);
	for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60]]) {
		if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
	}
	return `${Math.round(seconds)} s ago`;
}

// words writes a name as frechet_distance in words.
export function words(name) {
	const text = name.replaceAll("_", " ").replace("frechet", "Fréchet").replace("parzen", "Parzen").replace("kid", "KID");
	return text[0].toUpperCase() + text.slice(1);
}

// value writes a setting.
export const value = v => (v === undefined || v === null ? "–" : typeof v === "string" ? v || "–" : JSON.stringify(v));

// query returns the query of a URL; a list gives its key several times.
export function query(values) {
	const q = new URLSearchParams();
	for (const [key, v] of Object.entries(values)) {
		for (const one of Array.isArray(v) ? v : [v]) if (one !== null && one !== undefined) q.append(key, one);
	}
	return q.toString();
}
