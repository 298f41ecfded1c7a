// `npm run key -- TENANT`: a new API key, and what API_KEYS needs to know of it.
import { createHash, randomBytes } from 'node:crypto';

const tenant = process.argv[2];
if (!tenant || !/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(tenant)) {
  console.error('usage: npm run key -- TENANT   (letters, digits, `.`, `_`, `-`)');
  process.exit(2);
}
const key = `ek-${randomBytes(24).toString('base64url')}`;
const hash = createHash('sha256').update(key).digest('hex');
console.log(`key       ${key}     (shown once: give it to ${tenant})`);
console.log(`API_KEYS  {"${hash}":"${tenant}"}     (add it to the object that is there)`);
