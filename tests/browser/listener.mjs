/*
 * listener - a second listener of the station, without a browser: what was sent, byte for byte.
 */
import WebSocket from 'ws';
import { decodeChunk } from '../../web/chunk.js';

/**
 * Connects and records until closed.
 * @param {URL} base address of the page
 * @param {Record<string, string>} query
 */
export async function listen(base, query) {
  const url = new URL(`ws/stream?${new URLSearchParams({ format: 'pcm', ...query })}`, base);
  url.protocol = 'ws:';
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  const chunks = [];
  const messages = [];
  const hello = await new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data, isBinary) => {
      if (isBinary) {
        chunks.push(decodeChunk(data));
        return;
      }
      const message = JSON.parse(Buffer.from(data).toString());
      messages.push(message);
      if (message.type === 'hello') resolve(message);
    });
  });
  return {
    hello,
    messages,
    /**
     * @returns {{firstFrame: number, pcm: Int16Array}} all that came, which must be without a
     *   hole
     */
    recorded() {
      const pcm = new Int16Array(chunks.reduce((sum, chunk) => sum + chunk.pcm.length, 0));
      let at = 0;
      for (const chunk of chunks) {
        if (chunk.firstFrame !== chunks[0].firstFrame + at / 2)
          throw new Error('a hole in what was sent');
        pcm.set(chunk.pcm, at);
        at += chunk.pcm.length;
      }
      return { firstFrame: chunks[0].firstFrame, pcm };
    },
    close: () => socket.close(),
  };
}
