import { measureLoad, requireHits } from '../load/measure-load';
import { closedLoop, ONE_AND_CLUSTER, type Scenario } from './scenario';

export const list: Scenario = {
  name: 'list',
  what: 'GET /tasks?limit=20 by an Admin, each task with its assignee',
  setups: ONE_AND_CLUSTER,
  cache: 'either',
  raw: ['express-list'],
  isQuick: true,
  windows: 1,
  measure: closedLoop(async (context) => {
    const path = await context.fixtures.listPath();
    const { headers } = await context.fixtures.admin();
    const run = await measureLoad(context, {
      request: { method: 'GET', path, headers },
      expectedStatus: 200,
    });
    return context.setup.cache ? requireHits(run) : run;
  }),
};
