// The report without this script is whole; with it messages have colours and explanations, times
// can be narrowed, and links open what they lead to. Nothing here makes markup of text.
'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const read = (id) => { const data = byId(id); return data ? JSON.parse(data.textContent) : {}; };
  const says = read('headers');

  const span = (text, name) => {
    const made = document.createElement('span');
    made.textContent = text;
    made.className = name;
    return made;
  };

  // A SIP message: start line, header fields with a sentence for each, body.
  const colour = (pre) => {
    const lines = pre.textContent.split('\n');
    const parts = document.createDocumentFragment();
    const told = new Set();
    let body = false;
    lines.forEach((line, number) => {
      if (number > 0) parts.append('\n');
      const colon = line.indexOf(':');
      if (number === 0) parts.append(span(line, 'start'));
      else if (body && /^[a-z]=/.test(line)) {
        parts.append(span(line.slice(0, 2), line[0] === 'a' ? 'attr' : 'sdp'), line.slice(2));
      } else if (!body && colon > 0 && !/^\s/.test(line)) {
        const name = line.slice(0, colon);
        parts.append(span(name, 'name'), line.slice(colon));
        const sentence = says[name.trim().toLowerCase()];
        if (sentence && !told.has(sentence)) {
          told.add(sentence);
          parts.append(span(sentence, 'says'));
        }
      } else parts.append(line);
      if (line === '') body = true;
    });
    pre.replaceChildren(parts);
    pre.dataset.done = '1';
  };

  // Of many calls the details are text until somebody looks: what was escaped stays so. What
  // repeats is told by its number, "<7>", or by the first and how many follow, "<7-3>".
  let pieces;
  const whole = (text) => {
    pieces ??= (byId('pieces')?.textContent ?? '').split('<>');
    return text.replace(/<(\d+)(?:-(\d+))?>/g, (_, first, more) =>
      pieces.slice(+first, +first + 1 + +(more ?? 0)).join(''));
  };
  const fill = (call) => {
    const part = call.querySelector('script.part');
    if (!part) return;
    const inside = part.parentElement;
    part.remove();
    inside.insertAdjacentHTML('beforeend', whole(part.textContent));
    inside.querySelectorAll('.needs-script').forEach((one) => { one.hidden = false; });
  };
  const fillAll = () => document.querySelectorAll('details.call').forEach(fill);

  document.addEventListener('toggle', (event) => {
    if (!event.target.open) return;
    if (event.target.matches('details.call')) fill(event.target);
    if (!event.target.matches('details.msg')) return;
    const pre = event.target.querySelector('pre:not([data-done])');
    if (pre) colour(pre);
  }, true);

  // What a link leads to is opened, with all around it.
  const reveal = () => {
    let id = '';
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    if (id && !byId(id)) {
      const within = [...document.querySelectorAll('script.part')].find((part) =>
        part.textContent.includes(` id="${id}"`));
      if (within) fill(within.closest('details.call'));
    }
    const target = id && byId(id);
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      if (at.matches('details.call')) fill(at);
      if (at.tagName === 'DETAILS') at.open = true;
      at.classList.remove('gone');
    }
    document.querySelectorAll('svg a.here').forEach((a) => a.classList.remove('here'));
    document.querySelectorAll(`svg a[href="#${CSS.escape(id)}"]`).forEach((a) => a.classList.add('here'));
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    requestAnimationFrame(() => {
      target.scrollIntoView({block: 'start', behavior: still ? 'auto' : 'smooth'});
      const head = target.querySelector(':scope > summary') || target;
      if (!head.hasAttribute('tabindex') && head.tagName !== 'SUMMARY') head.tabIndex = -1;
      head.focus({preventScroll: true});
    });
  };
  addEventListener('hashchange', reveal);
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.getAttribute('href') === location.hash) reveal();
  });

  // A brush narrows what has a time to those between its ends.
  const seconds = (ms) => (ms / 1000).toFixed(3) + ' s';
  const narrow = (call) => {
    const brush = call.querySelector('.brush');
    const [first, last] = brush.querySelectorAll('input');
    const from = Math.min(+first.value, +last.value), to = Math.max(+first.value, +last.value);
    const most = +first.max, whole = from <= 0 && to >= most;
    let shown = 0, messages = 0;
    call.querySelectorAll('[data-t]').forEach((one) => {
      const begin = +one.dataset.t, end = +(one.dataset.end || begin);
      const inside = whole || (end >= from && begin <= to);
      one.classList.toggle(one.closest('svg') ? 'out' : 'gone', !inside);
      if (one.matches('details.msg')) { messages++; if (inside) shown++; }
    });
    const selected = brush.querySelector('rect.sel');
    selected.setAttribute('x', String(most ? 1000 * from / most : 0));
    selected.setAttribute('width', String(most ? Math.max(2, 1000 * (to - from) / most) : 1000));
    brush.querySelector('output').textContent =
      `${seconds(from)} to ${seconds(to)}: ${shown} of ${messages} messages`;
  };
  document.addEventListener('input', (event) => {
    const call = event.target.closest('details.call');
    if (call && event.target.closest('.brush')) narrow(call);
    if (event.target.id === 'filter') {
      const wanted = event.target.value.toLowerCase();
      document.querySelectorAll('#list tbody tr').forEach((row) =>
        row.classList.toggle('gone', !row.textContent.toLowerCase().includes(wanted)));
    }
  });
  document.addEventListener('pointerdown', (event) => {
    const strip = event.target.closest('.brush .strip');
    if (!strip || event.button !== 0) return;
    const call = strip.closest('details.call');
    const [first, last] = call.querySelectorAll('.brush input');
    const at = (x) => {
      const box = strip.getBoundingClientRect();
      return Math.round(+first.max * Math.min(1, Math.max(0, (x - box.left) / box.width)));
    };
    const begin = at(event.clientX);
    strip.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const now = at(moved.clientX);
      first.value = Math.min(begin, now);
      last.value = Math.max(begin, now);
      narrow(call);
    };
    strip.addEventListener('pointermove', move);
    strip.addEventListener('pointerup', () => strip.removeEventListener('pointermove', move), {once: true});
    strip.addEventListener('pointercancel', () => strip.removeEventListener('pointermove', move), {once: true});
  });

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    const call = button.closest('details.call');
    if (button.dataset.do === 'whole') {
      const [first, last] = call.querySelectorAll('.brush input');
      first.value = 0;
      last.value = last.max;
      narrow(call);
    } else {
      const open = button.dataset.do === 'open';
      if (open && !call) fillAll();
      (call || document).querySelectorAll(call ? 'details.msg' : 'details').forEach((one) => { one.open = open; });
    }
  });
  addEventListener('beforeprint', () => {
    fillAll();
    document.querySelectorAll('details').forEach((one) => { one.open = true; });
    document.querySelectorAll('details.msg pre:not([data-done])').forEach(colour);
  });
  document.querySelectorAll('.needs-script').forEach((one) => { one.hidden = false; });
  document.querySelectorAll('details.msg[open] pre').forEach(colour);
  reveal();
})();
