// The charts of a run's metrics.

const at = (metrics, of) => ({x: metrics.map(m => m.step), y: metrics.map(of)});

// curves lists the charts: a title, a note, whether they are of losses whose D(x) is a probability alone, and what they draw.
export const curves = [
	{title: "Losses", lines: [["G", m => m.g_loss], ["D", m => m.d_loss]]},
	{title: "Discriminator", note: "mean output", lines: [["D(x), real", m => m.d_real], ["D(G(z)), fake", m => m.d_fake]], half: true},
	{title: "Jensen–Shannon divergence", note: "lower bound, in nats", probability: true, lines: [["JSD ≥", m => Math.max(0, m.jsd ?? 0)]]},
	{title: "Speed", note: "real images a second", lines: [["Images/s", m => m.images_per_second || null]]},
];

// ofRun returns the series of a chart for one run, and the function that makes its points. D at 1/2 cannot tell.
export function ofRun(curve, probability) {
	const series = curve.lines.map(([name], i) => ({name, colour: `series-${i}`}));
	const half = curve.half && probability;
	if (half) series.push({name: "1/2", colour: "muted", dash: true, exact: true, quiet: true});
	return {series, note: half ? `${curve.note}; dashed: 1/2` : curve.note, points: metrics => {
		const data = curve.lines.map(([, of]) => at(metrics, of));
		if (half) {
			const ends = metrics.length > 0 ? [metrics[0].step, metrics.at(-1).step] : [];
			data.push({x: ends, y: ends.map(() => .5)});
		}
		return data;
	}};
}

// points returns a line of a chart.
export const points = at;
