import { UserError } from '../command/run-command';
import { readEdge, type Edge } from './edge';
import { daysLeft, faultOfTime, readTlsFiles } from './tls-files';

/** A renewal is late from then on: authorities renew certificates of 90 days 30 days before their end. */
const LATE_DAYS = 14;

export const RENEW = 'Renew it, then run: npx taskfleet reload nginx';

/**
 * Judges the certificate, its key and its time, before a command changes anything.
 *
 * @param options isRestart: NGINX serves nobody meanwhile, so it may start with a certificate that has ended
 * @returns warnings
 * @throws UserError that says what to do
 */
export function checkCertificate(edge: Edge, { isRestart = false, now = Date.now() } = {}): string[] {
  readEdge(edge);
  const { TLS_CERT, TLS_KEY } = edge;
  if (!TLS_CERT || !TLS_KEY) return [];
  const { certificate } = readTlsFiles(TLS_CERT, TLS_KEY);
  const fault = faultOfTime(certificate, now);
  const days = daysLeft(certificate, now);
  if (!fault)
    return days < LATE_DAYS ? [`The certificate in ${TLS_CERT} ends in ${days} days. ${RENEW}`] : [];
  const says = `The certificate in ${TLS_CERT} ${fault}: clients refuse it.`;
  if (isRestart) return [`${says} NGINX serves with it all the same. ${RENEW}`];
  throw new UserError(
    `${says} Nothing was changed, and what runs goes on.\nRenew it (or correct the clock of this host), then run the same command again.`,
  );
}
