// Draws a run's curve on as its progress arrives. The server has drawn what was known; both use the units
// of the data: seconds to the right, downwards the learner-minutes below the first objective.
"use strict";

const ACADEMIC_HOUR_MIN = 45;

function watch(live) {
  const data = live.dataset;
  const stages = JSON.parse(data.stages);
  const states = JSON.parse(data.states);
  const lang = document.documentElement.lang;
  const show = (id, text) => {
    const place = document.getElementById(id);
    // Only a change is announced to those who listen.
    if (place && place.textContent !== text) place.textContent = text;
  };
  const numbers = (digits) => new Intl.NumberFormat(lang, { maximumFractionDigits: digits });
  const whole = numbers(0);
  const tenths = numbers(1);
  const hours = (minutes) => {
    const value = minutes / ACADEMIC_HOUR_MIN;
    return (value >= 100 ? whole : tenths).format(value);
  };
  let seq = Number(data.seq);
  let base = Number(data.base);
  let low = Number(data.low);
  let high = Number(data.high);
  let seconds = Number(data.seconds);
  let empty = !document.getElementById("curve-objective").getAttribute("d");

  function step(id, x, value) {
    const path = document.getElementById(id);
    const drawn = path.getAttribute("d") ?? "";
    path.setAttribute("d", drawn ? `${drawn}H${x}V${base - value}` : `M${x} ${base - value}`);
  }

  function turn(x) {
    const path = document.getElementById("curve-turn");
    if (path.getAttribute("d")) return;
    path.setAttribute("d", `M${x} -1e9V1e9`);
    document.getElementById("turn-key").hidden = false;
  }

  function widen(values, x) {
    if (empty) {
      base = values[0];
      const [least, most] = [Math.min(...values), Math.max(...values)];
      const margin = Math.max(1, Math.floor((most - least) / 20), Math.floor(most / 200));
      low = least - margin;
      high = most + margin;
    }
    low = Math.min(low, ...values);
    high = Math.max(high, ...values);
    seconds = Math.max(seconds, x);
    empty = false;
    document
      .getElementById("curve")
      .setAttribute("viewBox", `0 ${base - high} ${seconds} ${high - low}`);
    show("curve-high", hours(high));
    show("curve-low", hours(Math.max(0, low)));
  }

  live.addEventListener("progress", (event) => {
    const point = JSON.parse(event.detail.data);
    // After a reconnection, and at first, points come again that are drawn already.
    if (point.seq <= seq) return;
    seq = point.seq;
    const bounded = point.bound !== null;
    // Before the counting has ended nothing is placed: drawn, it would flatten all that follows.
    if (point.stage !== "count") {
      widen(bounded ? [point.objective, point.bound] : [point.objective], point.seconds);
      step("curve-objective", point.seconds, point.objective);
      if (bounded) step("curve-bound", point.seconds, point.bound);
      if (point.stage === "fairness") turn(point.seconds);
    }
    show("now-stage", stages[point.stage] ?? point.stage);
    show("now-objective", hours(point.objective));
    show("now-bound", bounded ? hours(point.bound) : "—");
    show("now-gap", point.gap_permille === null ? "—" : `${tenths.format(point.gap_permille / 10)} %`);
    show("now-unplaced", whole.format(point.unplaced));
    show("now-seconds", tenths.format(point.seconds));
  });

  live.addEventListener("state", (event) => {
    const { state } = JSON.parse(event.detail.data);
    const badge = document.querySelector("#run-state .badge");
    if (badge && states[state]) badge.textContent = states[state];
  });
}

// This runs before htmx connects, which waits for the whole document: no event is missed.
for (const live of document.querySelectorAll("#live")) watch(live);
