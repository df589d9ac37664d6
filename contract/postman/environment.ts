import { idOf } from './collection';

/** Variables that a person sets; those that requests pass on belong to the collection. */
export const postmanEnvironment = {
  id: idOf('environment'),
  name: 'taskfleet (local)',
  values: [
    { key: 'url', value: 'http://localhost:3000', type: 'default', enabled: true },
    { key: 'adminLogin', value: 'admin@taskfleet.local', type: 'default', enabled: true },
    { key: 'adminPassword', value: '', type: 'secret', enabled: true },
  ],
  _postman_variable_scope: 'environment',
};
