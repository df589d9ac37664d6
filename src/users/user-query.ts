import { listQuery } from '../http/routing/pagination';
import { dateOrTime, words } from '../schemas/values';
import { userTable } from './user-lists';
import { roleSchema } from '../people/person-schema';
import { userSchema } from './user-schemas';

/** Query of `GET /users`; user-lists.ts lists the supported combinations. */
export const userListQuery = listQuery({
  table: userTable,
  fields: Object.keys(userSchema.shape),
  filters: {
    role: roleSchema.optional().meta({ description: 'With this role.' }),
    q: words.optional().meta({
      description: 'Whole words, all of which are in name, user name or e-mail address; case-insensitive.',
      example: 'ada',
    }),
    createdFrom: dateOrTime.optional().meta({ description: 'Signed up at or after this time.' }),
    createdBefore: dateOrTime.optional().meta({ description: 'Signed up before this time.' }),
  },
  scope: {},
});
