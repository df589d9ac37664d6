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

/**
 * Creates a function that posts an event and returns whether the receiver accepted it. The signature is that of Standard
 * Webhooks (standardwebhooks.com).
 */
export function createWebhook({ url, secret, logger }: WebhookOptions) {
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
