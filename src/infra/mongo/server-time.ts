import type { Connection } from 'mongoose';

/** Asks MongoDB what time it is, for what hosts with clocks of their own have to judge alike. */
export async function serverTime(connection: Connection): Promise<Date> {
  const { localTime } = (await connection.db!.admin().command({ hello: 1 })) as { localTime: Date };
  return localTime;
}
