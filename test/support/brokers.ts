import { createBrokers } from '../../src/infra/rabbit/brokers';
import { serverUrl } from './servers';

/** The URL of the tests' broker. */
export const realBroker = new URL(serverUrl('AMQP_URL'));
const SHORT_MS = 500;

/** Returns the URL of the tests' broker with another port, password or scheme. */
export function brokerAt(
  port: number,
  changes: Partial<Pick<URL, 'protocol' | 'hostname' | 'password'>> = {},
): string {
  const { protocol = 'amqp:', hostname = '127.0.0.1', password = realBroker.password } = changes;
  return `${protocol}//${realBroker.username}:${password}@${hostname}:${port}/%2f`;
}

/** Connects to one of the brokers of an address. @returns which one */
export async function connectToBroker(url: string, caFile?: string): Promise<string> {
  const { model, address } = await createBrokers({ url, caFile }).connect(SHORT_MS);
  await model.close();
  return address;
}
