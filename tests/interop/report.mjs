// The report in headless Chromium, over the DevTools protocol: no console error, links, brush and
// colours work, axe-core has no complaint, a hostile capture runs no script; pictures in both themes.
//   node report.mjs CHROMIUM OUT-FOLDER AXE.js REPORT.html...
import {spawn} from 'node:child_process';
import {readFileSync, writeFileSync, mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join, resolve} from 'node:path';

const [chromium, out, axe, ...pages] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'report-'));
const browser = spawn(chromium, ['--headless=new', '--no-sandbox', '--disable-gpu',
  '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], {stdio: ['ignore', 'ignore', 'pipe']});
const endpoint = await new Promise((found, failed) => {
  let text = '';
  browser.stderr.on('data', (data) => {
    text += data;
    const at = text.match(/DevTools listening on (ws:\S+)/);
    if (at) found(at[1]);
  });
  browser.on('exit', () => failed(new Error(text)));
});
const base = new URL(endpoint);
const tabs = await (await fetch(`http://${base.host}/json/list`)).json();
const socket = new WebSocket(tabs.find((tab) => tab.type === 'page').webSocketDebuggerUrl);
await new Promise((open) => { socket.onopen = open; });
let next = 0;
const waiting = new Map(), problems = [];
let loaded = () => {};
socket.onmessage = ({data}) => {
  const message = JSON.parse(data);
  if (message.id) return waiting.get(message.id)(message);
  if (message.method === 'Runtime.exceptionThrown') problems.push(message.params.exceptionDetails.text);
  if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error') problems.push(message.params.entry.text);
  if (message.method === 'Page.javascriptDialogOpening') problems.push('a dialog: a script ran');
  if (message.method === 'Page.loadEventFired') loaded();
};
const send = (method, params = {}) => new Promise((done, failed) => {
  waiting.set(++next, (answer) => answer.error ? failed(new Error(method + answer.error.message)) : done(answer.result));
  socket.send(JSON.stringify({id: next, method, params}));
});
const evaluate = async (expression) => {
  const answer = await send('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true});
  if (answer.exceptionDetails) throw new Error(JSON.stringify(answer.exceptionDetails));
  return answer.result.value;
};
const expect = (holds, what) => { if (!holds) problems.push(what); };
for (const domain of ['Page', 'Runtime', 'Log']) await send(domain + '.enable');

for (const page of pages) {
  const begun = Date.now();
  const done = new Promise((ready) => { loaded = ready; });
  await send('Page.navigate', {url: 'file://' + resolve(page)});
  await done;
  console.log(`${page}: loaded in ${Date.now() - begun} ms`);
  expect(Date.now() - begun < 2000, page + ': loads in more than 2 s');
  for (const theme of ['light', 'dark'])
    for (const width of [1280, 400]) {
      await send('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: theme}]});
      await send('Emulation.setDeviceMetricsOverride', {width, height: 900, deviceScaleFactor: 1, mobile: width < 500});
      expect(await evaluate('document.documentElement.scrollWidth <= innerWidth'), `${page}: wider than ${width}`);
      const shot = await send('Page.captureScreenshot', {format: 'png', captureBeyondViewport: true,
        clip: {x: 0, y: 0, width, height: Math.min(2600, await evaluate('document.documentElement.scrollHeight')), scale: 1}});
      writeFileSync(join(out, `${basename(page, '.html')}-${theme}-${width}.png`), Buffer.from(shot.data, 'base64'));
      if (axe !== '-' && width === 1280) {
        await evaluate(readFileSync(axe, 'utf8') + ';0');
        const found = await evaluate('axe.run().then((r) => r.violations.map((v) => v.id + ": " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(" | ")))');
        for (const one of found) problems.push(`${page} ${theme}: axe: ${one}`);
      }
    }
  await send('Emulation.setDeviceMetricsOverride', {width: 1280, height: 900, deviceScaleFactor: 1, mobile: false});
  const link = await evaluate('(() => { document.querySelectorAll("details.call").forEach((d) => { d.open = true; }); const a = document.querySelector("svg a[href^=\\"#m\\"]"); if (!a) return ""; a.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true})); return a.getAttribute("href").slice(1); })()');
  await new Promise((wait) => setTimeout(wait, 300));
  if (link) {
    expect(await evaluate(`document.getElementById("${link}").open`), page + ': an arrow opens no message');
    expect(await evaluate(`document.querySelectorAll("#${link} pre .name").length > 3`), page + ': no colours');
    expect(await evaluate(`document.querySelectorAll("#${link} pre .says").length > 1`), page + ': no sentences');
  }
  const narrowed = await evaluate('(() => { const call = document.querySelector("details.call"); const last = call.querySelectorAll(".brush input")[1]; if (!last) return -1; last.value = 0; last.dispatchEvent(new Event("input", {bubbles: true})); return call.querySelectorAll("details.msg.gone").length; })()');
  expect(narrowed !== 0, page + ': the brush narrows nothing');
}
for (const problem of problems) console.error(problem);
browser.kill();
process.exit(problems.length ? 1 : 0);
