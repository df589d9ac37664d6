/** What an answer depends on that shows this user as somebody's assignee. */
export const profileOf = (userId: string) => `profile:${userId}`;
