import type { Order } from './protocol';
import { sendOrder } from './send-order';

// A process of its own, so that neither the work nor the memory of the drill makes the sender late.
process.on('disconnect', () => process.exit());
process.on('message', (order: Order) => {
  void sendOrder(order).then(
    (sent) => process.send?.({ sent }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
