"use strict";
// The two-pane customer picker: two listings of the server's, and orders to add and remove.
(() => {
  const picker = document.querySelector(".picker");
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const mayChange = picker.dataset.mayChange === "yes";
  const note = picker.querySelector(".picker-note");
  const number = (n) => n.toLocaleString("en-US");
  const labels = { search: "search", email: "e-mail contains", domain: "domain", active: "active", gender: "gender" };

  const make = (tag, attributes = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.append(...children);
    return element;
  };

  const say = (text, bad = false) => {
    note.textContent = text;
    note.hidden = !text;
    note.classList.toggle("bad", bad);
  };

  class Pane {
    constructor(root) {
      this.root = root;
      this.side = root.dataset.side;
      this.page = 1;
      this.asked = 0;
      this.fields = [...root.querySelectorAll(".pane-filters [name]")];
      this.rows = root.querySelector("tbody");
      this.tickAll = root.querySelector(".tick-all");
      this.many = root.querySelector(".many");
      this.all = root.querySelector(".all");
      let typing;
      for (const field of this.fields) {
        field.addEventListener("input", () => {
          clearTimeout(typing);
          typing = setTimeout(() => this.show(1), field.tagName === "SELECT" ? 0 : 250);
        });
        // Enter would send the form around the picker.
        field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
      }
      root.querySelector(".prev").addEventListener("click", () => this.show(this.page - 1));
      root.querySelector(".next").addEventListener("click", () => this.show(this.page + 1));
      this.tickAll.addEventListener("change", () => {
        for (const box of this.boxes()) box.checked = this.tickAll.checked && !box.disabled;
        this.refreshButtons();
      });
      this.rows.addEventListener("change", () => this.refreshButtons());
      this.many.addEventListener("click", () => this.order({ pks: this.ticked() }));
      this.all.addEventListener("click", () => {
        const what = `${this.root.dataset.one} all ${number(this.count)} customers that match?`;
        if (window.confirm(what)) this.order({ matching: this.filters() });
      });
    }

    filters() {
      const filled = this.fields.filter((field) => field.value.trim());
      return Object.fromEntries(filled.map((field) => [field.name, field.value.trim()]));
    }

    boxes() { return [...this.rows.querySelectorAll("input")]; }

    ticked() { return this.boxes().filter((box) => box.checked).map((box) => Number(box.value)); }

    async show(page = this.page) {
      const turn = ++this.asked;
      const query = new URLSearchParams({ ...this.filters(), side: this.side, page });
      this.root.classList.add("busy");
      const response = await fetch(`${picker.dataset.page}?${query}`);
      if (turn !== this.asked) return; // a later question was asked meanwhile
      this.root.classList.remove("busy");
      if (!response.ok) return say(`The list could not be read (${response.status}).`, true);
      const found = await response.json();
      this.page = found.page;
      this.count = found.count;
      this.root.querySelector(".count").textContent = number(found.count);
      this.root.querySelector(".where").textContent = `${number(found.page)} / ${number(found.pages)}`;
      this.root.querySelector(".prev").disabled = found.page <= 1;
      this.root.querySelector(".next").disabled = found.page >= found.pages;
      this.root.querySelector(".empty").hidden = found.count > 0;
      this.rows.replaceChildren(...found.rows.map((row) => this.row(row)));
      this.tickAll.checked = false;
      this.showChips();
      this.refreshButtons();
    }

    row(customer) {
      const inside = this.side === "customers" && customer.member;
      const box = make("input", { type: "checkbox", value: customer.pk, disabled: inside || !mayChange });
      box.setAttribute("aria-label", customer.email);
      const facts = [customer.name, customer.gender, customer.active ? "" : "inactive"].filter(Boolean);
      const cell = make("td", {}, make("span", { className: "email", textContent: customer.email, title: customer.email }),
        make("span", { className: "facts", textContent: facts.join(" · ") }));
      const button = make("button", { type: "button", className: "one", textContent: this.root.dataset.sign, disabled: !mayChange });
      button.setAttribute("aria-label", `${this.root.dataset.one} ${customer.email}`);
      button.addEventListener("click", () => this.order({ pks: [customer.pk] }));
      const act = make("td", { className: "act" }, inside ? make("span", { className: "in", textContent: "✓", title: "is a member" }) : button);
      const line = make("tr", {}, make("td", { className: "tick" }, box), cell, act);
      line.classList.toggle("inside", inside);
      line.classList.toggle("inactive", !customer.active);
      return line;
    }

    showChips() {
      const chips = this.root.querySelector(".chips");
      const active = this.fields.filter((field) => field.value.trim());
      chips.hidden = active.length === 0;
      chips.replaceChildren(...active.map((field) => {
        const shown = field.tagName === "SELECT" ? field.selectedOptions[0].textContent : field.value.trim();
        const chip = make("button", { type: "button", className: "chip", title: "Remove this filter" },
          make("span", { className: "chip-title", textContent: labels[field.name] }), ` ${shown} `,
          make("span", { className: "chip-x", textContent: "×" }));
        chip.addEventListener("click", () => { field.value = ""; this.show(1); });
        return chip;
      }));
    }

    refreshButtons() {
      this.many.disabled = !mayChange || this.ticked().length === 0;
      this.all.disabled = !mayChange || !this.count;
    }

    async order(what) {
      const action = this.side === "customers" ? "add" : "remove";
      for (const pane of panes) pane.root.classList.add("busy");
      const response = await fetch(picker.dataset.change, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ action, ...what }),
      });
      if (response.ok) {
        const done = await response.json();
        const verb = action === "add" ? "Added" : "Removed";
        say(`${verb} ${number(done.changed)}; the group has ${number(done.customer_count)} customers now.`);
      } else {
        say(`Nothing was changed: the server answered ${response.status}.`, true);
      }
      for (const pane of panes) pane.show();
    }
  }

  const panes = [...picker.querySelectorAll(".pane")].map((root) => new Pane(root));
  for (const pane of panes) pane.show(1);
})();
