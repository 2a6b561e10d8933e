// Mermaid draws the diagrams in headless Chromium, which no other browser is needed for:
//   node mermaid.mjs CHROMIUM mermaid.min.js DIAGRAM.mmd...
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

const [chromium, library, ...files] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'mermaid-'));
const diagrams = files.map((name) => ({name, text: readFileSync(name, 'utf8')}));
writeFileSync(join(folder, 'page.html'), `<!DOCTYPE html><meta charset="utf-8"><body>
<script src="${pathToFileURL(resolve(library))}"></script><script>
const diagrams = ${JSON.stringify(diagrams).replaceAll('<', '\\u003c')};
(async () => {
  mermaid.initialize({startOnLoad: false, securityLevel: 'strict'});
  const told = [];
  for (const [number, {name, text}] of diagrams.entries()) {
    try {
      const {svg} = await mermaid.render('d' + number, text);
      if (!svg.includes('messageText')) told.push(name + ': no arrow is drawn');
    } catch (error) { told.push(name + ': ' + error.message); }
  }
  document.body.textContent = 'DRAWN ' + diagrams.length + ' ' + told.join('; ') + ' END';
})();
</script>`);
const run = spawnSync(chromium, ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'profile')}`,
  '--virtual-time-budget=60000', '--dump-dom', pathToFileURL(join(folder, 'page.html')).href], {encoding: 'utf8', timeout: 120000});
const result = run.stdout.match(/<body[^>]*>DRAWN (\d+) (.*) END/s);
if (!result || result[2] !== '') {
  console.error(result ? result[2] : 'Mermaid did not end: ' + run.stderr.slice(0, 500));
  process.exit(1);
}
