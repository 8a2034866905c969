// An image whose address changes faster than the server draws: one request is under way, and the newest address waits.
export class Latest {
	// shown is called with each address whose image is there, failed with one that could not be drawn.
	constructor(img, shown, failed) {
		Object.assign(this, {img, waiting: null, busy: false});
		img.addEventListener("load", () => this.done(() => shown(this.now)));
		img.addEventListener("error", () => this.done(() => failed(this.now)));
	}

	show(address) {
		if (this.busy) {
			this.waiting = address;
		} else if (address !== this.now) {
			this.busy = true;
			this.now = address;
			this.img.src = address;
		}
	}

	done(tell) {
		this.busy = false;
		tell();
		const next = this.waiting;
		this.waiting = null;
		if (next) this.show(next);
	}
}
