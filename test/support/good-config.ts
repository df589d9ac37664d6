/** The least that an API worker needs. */
export const GOOD = { MONGO_URL: 'mongodb://127.0.0.1/x', JWT_SECRET: 's'.repeat(32) };
