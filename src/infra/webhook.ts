import { createHmac, randomUUID } from 'node:crypto';
import { messageOf } from '../lib/error-code';
import type { Logger } from '../process/logger';

export type Webhook = ReturnType<typeof createWebhook>;

interface WebhookOptions {
  url: string;
  secret: string;
  logger: Logger;
}

/** Shorter than a request may take, so that the request is answered even if the receiver does not answer. */
const TIMEOUT_MS = 5_000;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Takes user and password out of a URL: fetch refuses them there, with the whole URL in its message. */
function withoutCredentials(given: string): { url: string; authorization?: string } {
  const url = new URL(given);
  if (url.username === '' && url.password === '') return { url: given };
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`;
  url.username = url.password = '';
  return { url: url.href, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/**
 * Creates a function that posts an event and returns whether the receiver accepted it. The signature is that of Standard
 * Webhooks (standardwebhooks.com).
 */
export function createWebhook({ url: given, secret, logger }: WebhookOptions) {
  const { url, authorization } = withoutCredentials(given);
  return async function send(type: string, data: object): Promise<boolean> {
    const id = `msg_${randomUUID()}`;
    const seconds = Math.floor(Date.now() / 1_000);
    const body = JSON.stringify({ type, timestamp: new Date(seconds * 1_000).toISOString(), data });
    const signature = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': `v1,${signature}`,
      ...(authorization && { authorization }),
    };
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
      // Frees the connection; the body of the answer has no meaning.
      await answer.body?.cancel();
      if (!answer.ok) logger.warn({ type, status: answer.status }, 'The webhook was refused');
      return answer.ok;
    } catch (error) {
      logger.warn({ type, reason: messageOf(error) }, 'The webhook could not be sent');
      return false;
    }
  };
}
