// Writes a capture of whole calls as a trunk shows them, for whoever needs many:
// node calls.mjs FILE CALLS [FIRST [CALLS_PER_SECOND]]
import { openSync, writeSync, closeSync } from 'node:fs';

const [file, countText, firstText = '1', rateText = '100'] = process.argv.slice(2);
const count = Number(countText), first = Number(firstText), rate = Number(rateText);
const beginUs = 1700000000 * 1e6;

const address = (text) => Buffer.from(text.split('.').map(Number));
const u16 = (value) => Buffer.from([value >> 8, value & 255]);

function udp(from, to, text) {
  const payload = Buffer.from(text);
  const header = Buffer.concat([
    Buffer.from([0x45, 0]), u16(28 + payload.length), Buffer.from([0, 0, 0x40, 0, 64, 17, 0, 0]),
    address(from), address(to), u16(5060), u16(5060), u16(8 + payload.length), u16(0)]);
  return Buffer.concat([header, payload]);
}

// The messages of a call, each with the time after its beginning in ms.
function messages(n) {
  const caller = `192.0.2.${1 + n % 200}`, proxy = '198.51.100.5';
  const from = `<sip:+4930${1000000 + n}@example.com>;tag=f${n}x`;
  const to = `<sip:+4989${2000000 + n * 7 % 1000000}@example.net>`;
  const answered = `${to};tag=t${n}y`;
  const common = (method, cseq, toText) => `Via: SIP/2.0/UDP ${caller}:5060;branch=z9hG4bK${n}-${cseq}${method};rport\r\n` +
    `From: ${from}\r\nTo: ${toText}\r\nCall-ID: ${n}-${(n * 2654435761 % 4294967296).toString(16)}@${caller}\r\nCSeq: ${cseq} ${method}\r\n`;
  const sdp = (ip, port) => `v=0\r\no=- ${n} ${n} IN IP4 ${ip}\r\ns=-\r\nc=IN IP4 ${ip}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8 0 101\r\n` +
    'a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n';
  const body = (text) => text === '' ? 'Content-Length: 0\r\n\r\n' : `Content-Type: application/sdp\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  const request = (method, cseq, toText, text = '') =>
    `${method} sip:+4989${2000000 + n * 7 % 1000000}@${proxy} SIP/2.0\r\n${common(method, cseq, toText)}Max-Forwards: 70\r\n` +
    `Contact: <sip:${caller}:5060>\r\nUser-Agent: Example-SBC/4.${n % 9}\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE\r\nSupported: 100rel, timer, replaces\r\n${body(text)}`;
  const response = (status, method, cseq, toText, text = '') =>
    `SIP/2.0 ${status}\r\n${common(method, cseq, toText)}Contact: <sip:${proxy}:5060>\r\nServer: Example-Proxy/2.1\r\n${body(text)}`;
  const port = 10000 + n % 20000 * 2;
  return [
    [0, true, request('INVITE', 1, to, sdp(caller, port))],
    [12, false, response('100 Trying', 'INVITE', 1, to)],
    [900, false, response('180 Ringing', 'INVITE', 1, answered)],
    [5000, false, response('200 OK', 'INVITE', 1, answered, sdp(proxy, port))],
    [5030, true, request('ACK', 1, answered)],
    [65000, true, request('BYE', 2, answered)],
    [65020, false, response('200 OK', 'BYE', 2, answered)],
  ].map(([ms, sent, text]) => [ms, udp(sent ? caller : proxy, sent ? proxy : caller, text)]);
}

const packets = [];
for (let i = 0; i < count; i++) {
  for (const [ms, bytes] of messages(first + i)) packets.push([beginUs + i * 1e6 / rate + ms * 1000, bytes]);
}
packets.sort((a, b) => a[0] - b[0]);
const fd = openSync(file, 'w');
const head = Buffer.alloc(24);
head.writeUInt32LE(0xa1b2c3d4, 0);
head.writeUInt16LE(2, 4);
head.writeUInt16LE(4, 6);
head.writeUInt32LE(65535, 16);
head.writeUInt32LE(101, 20);
let parts = [head], size = 0;
for (const [us, bytes] of packets) {
  const record = Buffer.alloc(16);
  record.writeUInt32LE(Math.floor(us / 1e6), 0);
  record.writeUInt32LE(Math.floor(us % 1e6), 4);
  record.writeUInt32LE(bytes.length, 8);
  record.writeUInt32LE(bytes.length, 12);
  parts.push(record, bytes);
  size += bytes.length;
  if (size < 4 << 20) continue;
  writeSync(fd, Buffer.concat(parts));
  parts = [];
  size = 0;
}
writeSync(fd, Buffer.concat(parts));
closeSync(fd);
