// Small things that need a script and do no harm without it: copying an address, filters that apply
// themselves. Pages say what they want by data attributes.
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = button.dataset.done;
  } catch {
    // Without the permission the address is selected, so that the usual keys copy it.
    getSelection().selectAllChildren(source);
  }
});

// Details that were opened over a page are closed by their button or by Escape.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-empty]");
  if (button) document.getElementById(button.dataset.empty).replaceChildren();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector("[data-empty]")?.click();
});

// What takes a while says so, and is not sent twice.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// The page that Back brings is as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
  for (const busy of document.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
});

// A form in which some fields belong to one choice only: the others are put away, not disabled forever.
function showChosen(form) {
  for (const part of form.querySelectorAll("[data-when]")) {
    const [name, value] = part.dataset.when.split("=");
    const chosen = form.elements[name].value === value;
    part.hidden = !chosen;
    for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = !chosen;
  }
}

// On a narrow screen the links of the pages scroll: the current one is brought into view.
const current = document.querySelector(".nav [aria-current]");
if (current) {
  const nav = current.closest(".nav");
  nav.scrollLeft = current.offsetLeft + current.offsetWidth / 2 - nav.clientWidth / 2;
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.querySelector("[data-when]")) showChosen(form);
});

document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.forms) if (form.querySelector("[data-when]")) showChosen(form);
});
