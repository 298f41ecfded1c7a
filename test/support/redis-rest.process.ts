/** `startRedisRest` as a process of its own: tells its address on one line, and ends when its input does. */
import { startRedisRest } from './redis-rest.ts';

const { url, token, close } = await startRedisRest({ report: console.error });
process.stdin.resume().once('end', () => void close());
console.log(JSON.stringify({ url, token }));
