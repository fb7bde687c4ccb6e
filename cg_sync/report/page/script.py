"""What the page can do besides being read: search, filter, open, and change its colours."""

from __future__ import annotations

SCRIPT = r"""
'use strict';
(() => {
  const root = document.documentElement;
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  // The theme lasts as long as the page: nothing is stored.
  const theme = find('#theme');
  const night = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : night.matches);
  const nameTheme = () => { theme.textContent = isDark() ? 'Light' : 'Dark'; };
  theme.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    nameTheme();
  });
  night.addEventListener('change', nameTheme);
  nameTheme();
  theme.hidden = false;

  const changes = all('.list > details');
  const tools = find('#tools');
  if (!tools) return;
  const search = find('#search');
  const count = find('#count');
  const none = find('#none');
  const parts = all('.kind, .found > section');
  const filters = all('#filters button');
  const number = new Intl.NumberFormat('en-GB');

  // So that "ogrenci" finds "Öğrenci", and "ISTANBUL" finds "İstanbul".
  const folded = (text) => text.toLowerCase().normalize('NFKD')
    .replace(/\p{M}/gu, '').replace(/ı/g, 'i');

  let texts = null;
  const textOf = (at) => {
    texts ??= changes.map((it) => folded(`${it.parentNode.dataset.label} ${it.textContent}`));
    return texts[at];
  };

  // Of each group of filters any that is pressed; of the groups all.
  const pressed = () => all('#filters fieldset')
    .map((group) => [...group.querySelectorAll('[aria-pressed=true]')].map((it) => it.value))
    .filter((classes) => classes.length);

  const update = () => {
    const words = folded(search.value).split(/\s+/).filter(Boolean);
    const groups = pressed();
    let shown = 0;
    changes.forEach((it, at) => {
      const hit = groups.every((classes) => classes.some((name) => it.classList.contains(name)))
        && words.every((word) => textOf(at).includes(word));
      if (it.hidden === hit) it.hidden = !hit;
      shown += hit;
    });
    for (const it of parts) it.hidden = !it.querySelector('.list > details:not([hidden])');
    count.textContent = `${number.format(shown)} of ${number.format(changes.length)} shown`;
    none.hidden = shown > 0;
  };

  let due = 0;
  search.addEventListener('input', () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(update);
  });
  for (const button of filters) {
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', button.getAttribute('aria-pressed') !== 'true');
      update();
    });
  }

  const clear = () => {
    search.value = '';
    for (const button of filters) button.setAttribute('aria-pressed', 'false');
    update();
  };
  find('#clear').addEventListener('click', () => { clear(); search.focus(); });

  const open = (opened) => () => {
    for (const it of changes) if (!it.hidden) it.open = opened;
  };
  find('#expand').addEventListener('click', open(true));
  find('#collapse').addEventListener('click', open(false));

  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && event.target !== search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === 'Escape') {
      clear();
    }
  });

  // A link to a change opens it, and shows it even where a filter had hidden it.
  const follow = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target || !changes.includes(target)) return;
    if (target.hidden) clear();
    target.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', follow);

  let closed = [];
  addEventListener('beforeprint', () => {
    closed = changes.filter((it) => !it.hidden && !it.open);
    for (const it of closed) it.open = true;
  });
  addEventListener('afterprint', () => { for (const it of closed) it.open = false; });

  tools.hidden = false;
  const box = find('#filters');
  if (box) {
    box.hidden = false;
    box.open = matchMedia('(min-width: 64rem)').matches;
  }
  update();
  follow();
})();
"""
"""The whole script. It asks for nothing, stores nothing and sends nothing."""
