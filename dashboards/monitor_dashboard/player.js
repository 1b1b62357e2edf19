// A recorded video with what was seen drawn over it. It tells the plots of the page where it is ("monitor-time") and
// jumps where a reader clicks in one ("monitor-seek"); both events of the window carry seconds of stream time.

const CHUNK_SECONDS = 60; // of what was seen, in one request
const BOX_COLOUR = "#56b4e9"; // as in live pictures

class Player {
  constructor(place) {
    this.place = place;
    this.video = place.querySelector("video");
    this.canvas = place.querySelector("canvas");
    this.trouble = place.querySelector(".trouble");
    this.over = new AbortController();
    const { signal } = this.over;
    window.addEventListener("monitor-seek", (event) => this.seek(event.detail.seconds), { signal });
    for (const name of ["timeupdate", "seeked", "loadeddata"]) {
      this.video.addEventListener(name, () => this.show(), { signal });
    }
    this.video.addEventListener("play", () => this.follow(), { signal });
    this.video.addEventListener("error", () => this.fail(), { signal });
    this.video.addEventListener("loadedmetadata", () => this.video.videoWidth || this.fail(), { signal });
    this.resized = new ResizeObserver(() => this.show());
    this.resized.observe(this.video);
  }

  take(data) {
    if (data.seen !== this.data?.seen) this.chunks = new Map();
    const other = data.video !== this.data?.video;
    const moved = data.at !== null && data.at !== this.data?.at;
    this.data = data;
    if (other) {
      this.trouble.hidden = true;
      this.video.src = data.video;
    }
    if (moved) this.seek(data.at);
    this.show();
  }

  end() {
    this.over.abort();
    this.resized.disconnect();
    this.video.removeAttribute("src");
    this.video.load(); // ends the download
  }

  fail() {
    for (const part of this.place.querySelectorAll(".screen, .hint")) part.hidden = true;
    this.trouble.textContent = this.data.trouble;
    this.trouble.hidden = false;
  }

  seek(seconds) {
    this.video.currentTime = Math.max(0, seconds);
  }

  follow() {
    this.show();
    if (!this.video.paused && !this.video.ended) requestAnimationFrame(() => this.follow());
  }

  // Rows of a chunk, [] while they are on their way.
  rows(number) {
    const chunks = this.chunks;
    if (!chunks.has(number)) {
      chunks.set(number, []);
      const margin = this.data.everySeconds;
      const [start, end] = [number * CHUNK_SECONDS - margin, (number + 1) * CHUNK_SECONDS + margin];
      fetch(`${this.data.seen}&start=${start}&end=${end}`)
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
        .then((rows) => { chunks.set(number, rows); this.show(); })
        .catch(() => setTimeout(() => chunks.delete(number), 2000)); // asked for again
    }
    return chunks.get(number);
  }

  // What was seen in the sample nearest to this time.
  seen(seconds) {
    const rows = this.rows(Math.floor(seconds / CHUNK_SECONDS));
    let nearest = Infinity;
    for (const row of rows) {
      if (Math.abs(row.seconds - seconds) < Math.abs(nearest - seconds)) nearest = row.seconds;
    }
    if (Math.abs(nearest - seconds) > this.data.everySeconds) return [];
    return rows.filter((row) => row.seconds === nearest);
  }

  show() {
    const { video, canvas } = this;
    if (!video.videoWidth || !this.data) return;
    const seconds = video.currentTime;
    window.dispatchEvent(new CustomEvent("monitor-time", { detail: { seconds } }));
    const dense = window.devicePixelRatio;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    Object.assign(canvas, { width: width * dense, height: height * dense });
    const pen = canvas.getContext("2d");
    pen.scale(dense, dense);
    const scale = Math.min(width / video.videoWidth, height / video.videoHeight);
    const [wide, high] = [video.videoWidth * scale, video.videoHeight * scale];
    pen.translate((width - wide) / 2, (height - high) / 2); // the picture lies in the middle of its screen
    const seen = this.seen(seconds);
    for (const { box, subject, words } of seen) {
      const [left, top, right, bottom] = box ?? [0, 0, 1, 1];
      if (box) {
        pen.strokeStyle = BOX_COLOUR;
        pen.lineWidth = 2;
        pen.strokeRect(left * wide, top * high, (right - left) * wide, (bottom - top) * high);
      }
      const name = subject ? [{ text: `${subject}`, colour: BOX_COLOUR }] : [];
      write(pen, [...name, ...words], box ? left * wide : 8, box ? top * high - 8 : 22, wide);
    }
    this.place.dataset.seen = seen.flatMap(({ words }) => words.map(({ text }) => text)).join(", ");
  }
}

// Words side by side on a dark bar, each behind a dot of its colour, kept inside a picture `wide` pixels wide.
function write(pen, words, x, y, wide) {
  pen.font = "600 13px system-ui, sans-serif";
  const widths = words.map(({ text }) => pen.measureText(text).width + 20);
  const whole = widths.reduce((sum, width) => sum + width, 4);
  let left = Math.max(0, Math.min(x, wide - whole));
  const base = Math.max(16, y);
  pen.fillStyle = "rgba(0, 0, 0, 0.72)";
  pen.fillRect(left, base - 15, whole, 21);
  words.forEach(({ text, colour }, number) => {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(left + 9, base - 4, 4, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = "#ffffff";
    pen.fillText(text, left + 17, base);
    left += widths[number];
  });
}

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".monitor-player");
  place.player ??= new Player(place);
  place.player.take(data);
  return () => place.player.end();
}
