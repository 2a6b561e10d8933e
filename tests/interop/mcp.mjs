// The client of the Model Context Protocol's own library asks `sipladder mcp` with each of its tools:
//   node mcp.mjs SIPLADDER FOLDER-OF-SAMPLES FOLDER-OF-NODE-MODULES
import {createRequire} from 'node:module';
import {join, resolve} from 'node:path';
import assert from 'node:assert';

const [tool, samples, modules] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'x.js'));
const {Client} = require('@modelcontextprotocol/sdk/client/index.js');
const {StdioClientTransport} = require('@modelcontextprotocol/sdk/client/stdio.js');

const client = new Client({name: 'interop', version: '1'}, {capabilities: {}});
await client.connect(new StdioClientTransport({command: tool, args: ['mcp', '--root', samples]}));
const {tools} = await client.listTools();
assert.deepEqual(tools.map((one) => one.name).sort(), ['call', 'calls', 'findings', 'ladder', 'overview', 'sql']);
const file = 'one-way-nat.pcap';
const wanted = {
  overview: [{file}, 'audio-private-address'], findings: [{file}, 'caller hears nothing'],
  calls: [{file}, '43ef06bd66746660'], call: [{file, call: 2}, 'one-way'], ladder: [{file, call: 2}, 'INVITE'],
  sql: [{file, query: "SELECT audio_cause FROM calls WHERE kind = 'call'"}, 'audio-private-address'],
};
for (const [name, [question, word]] of Object.entries(wanted)) {
  const answer = await client.callTool({name, arguments: question});
  const text = answer.content.map((one) => one.text).join('\n');
  assert(!answer.isError, `${name}: ${text.slice(0, 200)}`);
  assert(text.includes(word), `${name}: does not say ${word}: ${text.slice(0, 200)}`);
  assert(text.includes('<capture-data>'), `${name}: what comes from the network is not marked`);
}
for (const outside of ['/etc/passwd', '../README.md'])
  assert((await client.callTool({name: 'calls', arguments: {file: outside}})).isError, outside + ' can be read');
assert((await client.callTool({name: 'sql', arguments: {file, query: 'DELETE FROM calls'}})).isError, 'it writes');
await client.close();
