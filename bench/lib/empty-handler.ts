/** The limit: a Hono handler on the same runtime that reads the same body and answers with as many bytes. */
import { Hono } from 'hono';

const app = new Hono();
const answer = 'x'.repeat(450);

app.post('*', async (c) => {
  await c.req.text();
  return c.body(answer, 200, { 'content-type': 'application/json; charset=utf-8' });
});

export default app;
