import type { RedisClient } from './redis';

export type LiveChannel = ReturnType<typeof createLiveChannel>;

/** Passes texts between processes. Redis keeps none of them, so one that nobody hears is lost. */
export function createLiveChannel({ client }: Pick<RedisClient, 'client'>, name: string) {
  return {
    publish: async (text: string): Promise<void> => void (await client.publish(name, text)),

    /** Listens over a connection of its own, since Redis allows a connection that listens no other command. */
    listen(onText: (text: string) => void) {
      function connect() {
        const listener = client.duplicate({ enableAutoPipelining: false, autoResubscribe: false });
        // The caller notices that it hears nothing, whatever the reason.
        listener.on('error', () => {});
        listener.on('ready', () => void listener.subscribe(name).catch(() => {}));
        listener.on('message', (_, text: string) => onText(text));
        return listener;
      }
      let listener = connect();
      return {
        /**
         * Replaces the connection, for one that is open and carries nothing. A reconnect would not do: it ends ioredis
         * for good if a sentinel is being asked.
         */
        renew(): void {
          listener.disconnect();
          listener = connect();
        },
        stop: () => listener.disconnect(),
      };
    },
  };
}
