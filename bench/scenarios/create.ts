import { measureLoad } from '../load/measure-load';
import { newTask } from '../stack/fixtures';
import { closedLoop, ONE_AND_CLUSTER, type Scenario } from './scenario';

export const create: Scenario = {
  name: 'create',
  what: 'POST /tasks by an Admin, each assigned to somebody',
  setups: ONE_AND_CLUSTER,
  cache: 'either',
  raw: [],
  isQuick: false,
  windows: 1,
  measure: closedLoop(async (context) => {
    const people = await context.fixtures.accounts();
    const { headers } = await context.fixtures.admin();
    let next = 0;
    return measureLoad(context, {
      request: {
        method: 'POST',
        path: '/tasks',
        headers: { ...headers, 'content-type': 'application/json' },
        setupRequest: (request) => {
          const { id } = people[next++ % people.length]!;
          return { ...request, body: JSON.stringify(newTask(id)) };
        },
      },
      expectedStatus: 201,
    });
  }),
};
