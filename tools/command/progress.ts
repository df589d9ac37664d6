'use strict';

const { interruption } = require('../command/run-command');

/** Long steps say at least this often that they live. */
const heartbeatMs = 8_000;

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Plain lines with the time since the command began; steps may run side by side.
 *
 * @param {{ write?: (line: string) => void }} [options]
 */
function createProgress({ write = (line) => console.log(line) } = {}) {
  const start = Date.now();
  const line = (name, text) => write(`${seconds(Date.now() - start).padStart(8)}  ${name.padEnd(9)} ${text}`);

  /**
   * @template T
   * @param {string} name
   * @param {string} text what begins
   * @param {(step: { say: (text: string) => void, status: (text: string) => void }) => Promise<T>} work
   *   `say` prints a line, `status` is for the next heartbeat
   * @param {(result: T) => string} [tell] what has been done
   * @returns {Promise<T>}
   */
  async function step(name, text, work, tell = () => 'done') {
    const began = Date.now();
    let said = Date.now();
    let status = text;
    const say = (news) => {
      said = Date.now();
      line(name, news);
    };
    say(text);
    const heartbeat = setInterval(() => {
      if (interruption.signal.aborted) return;
      if (Date.now() - said >= heartbeatMs - 500)
        say(`… ${status} (${Math.round((Date.now() - began) / 1000)} s)`);
    }, heartbeatMs / 4);
    try {
      const result = await work({ say, status: (news) => (status = news) });
      line(name, `✓ ${tell(result)} (${seconds(Date.now() - began)})`);
      return result;
    } catch (error) {
      if (!interruption.signal.aborted) line(name, '✗ failed: see below');
      throw error;
    } finally {
      clearInterval(heartbeat);
    }
  }

  return { step, line };
}

module.exports = { createProgress };
