/** Stores exchanges as fast as it can and names each one after it is stored, until it is killed or has stored so many. */
import { openDiskTier } from '../../../origin/src/disk/disk-tier.ts';

const tier = openDiskTier(process.argv[2] ?? '', 100_000_000);
for (let index = 0; index < Number(process.argv[3] ?? 1_000_000); index += 1) {
  const name = `k${index}`;
  await tier.put({
    key: name.padEnd(64, '-'),
    tenant: 'public',
    namespace: '',
    model: 'm:latest',
    digest: 'abc',
    question: name,
    tags: [],
    content: { kind: 'raw', contentType: 'application/json', body: 'x'.repeat(index % 5000) },
    storedAt: Date.now(),
    freshUntil: Date.now() + 60_000,
    keepUntil: Date.now() + 60_000,
  });
  process.stdout.write(`${name}\n`);
}
tier.close();
