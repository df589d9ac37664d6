import { listQuery } from '../http/routing/pagination';
import { dateOrTime, words } from '../schemas/values';
import { userTable } from './user-lists';
import { roleSchema, userSchema } from './user-schemas';

/** What `GET /users` can be asked; user-lists.ts says which of it together. */
export const userListQuery = listQuery({
  table: userTable,
  fields: Object.keys(userSchema.shape),
  filters: {
    role: roleSchema.optional().meta({ description: 'In this role.' }),
    q: words.optional().meta({
      description: 'Words of name, user name or e-mail address: all of them, whole, in any letter case.',
      example: 'ada',
    }),
    createdFrom: dateOrTime.optional().meta({ description: 'Signed up then or later.' }),
    createdBefore: dateOrTime.optional().meta({ description: 'Signed up before then.' }),
  },
  scope: {},
});
