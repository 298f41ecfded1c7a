#!/usr/bin/env node
// A double of wrangler: no account behind it. It records each call, keeps what is made in a file, and answers in the form that
// wrangler 4.156 does. DOUBLE_STATE names the file; `fails` in it makes a command fail.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';

const file = process.env.DOUBLE_STATE;
const fresh = {
  calls: [],
  accounts: [{ id: 'a1', name: 'Jane' }],
  namespaces: [],
  indexes: [],
  secrets: null,
  fails: null,
};
const state = { ...fresh, ...(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) };
const args = process.argv.slice(2);
const command = args
  .filter((arg) => !arg.startsWith('-'))
  .slice(0, 3)
  .join(' ');
const option = (name) => {
  const at = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  return args[at]?.includes('=') ? args[at].slice(args[at].indexOf('=') + 1) : args[at + 1];
};
const call = { args };
state.calls.push(call);

function end(code, said) {
  writeFileSync(file, JSON.stringify(state));
  (code === 0 ? console.log : console.error)(said);
  process.exit(code);
}

if (state.fails !== null && command.startsWith(state.fails)) end(1, `✘ [ERROR] ${state.fails} does not work today`);
if (command === 'whoami')
  state.accounts.length > 0
    ? end(0, JSON.stringify({ loggedIn: true, email: 'jane@example.com', accounts: state.accounts }, null, 2))
    : end(1, '{"loggedIn":false}');
if (command === 'kv namespace list') end(0, JSON.stringify(state.namespaces, null, 2));
if (command === 'kv namespace create') {
  const title = args[3];
  if (state.namespaces.some((one) => one.title === title))
    end(1, `✘ [ERROR] a namespace with this account ID and title already exists`);
  state.namespaces.push({ id: `id-of-${title}`, title, supports_url_encoding: true });
  end(0, `🌀 Creating namespace with title "${title}"\n✨ Success!`);
}
if (command === 'vectorize list')
  end(
    0,
    JSON.stringify(
      state.indexes.map(({ properties, ...index }) => index),
      null,
      2,
    ),
  );
if (command.startsWith('vectorize list-metadata-index')) {
  const index = state.indexes.find(({ name }) => name === args[2]);
  end(0, JSON.stringify(index.properties.map((propertyName) => ({ propertyName, indexType: 'String' }))));
}
if (command.startsWith('vectorize create-metadata-index')) {
  state.indexes.find(({ name }) => name === args[2]).properties.push(option('propertyName'));
  end(0, '✅ Successfully enqueued metadata index creation request.');
}
if (command.startsWith('vectorize create')) {
  const config = { dimensions: Number(option('dimensions')), metric: option('metric') };
  state.indexes.push({ name: args[2], config, properties: [] });
  end(0, '🚧 Creating index\n✅ Successfully created a new Vectorize index');
}
if (command.startsWith('secret list'))
  state.secrets === null
    ? end(
        1,
        `✘ [ERROR] Worker "${option('name')}" not found.\n\nIf this is a new Worker, run \`wrangler deploy\` first to create it.`,
      )
    : end(
        0,
        JSON.stringify(
          state.secrets.map((name) => ({ name, type: 'secret_text' })),
          null,
          2,
        ),
      );
if (command.startsWith('deploy')) {
  const secrets = option('secrets-file');
  if (args.includes('--secrets-file')) {
    call.secrets = JSON.parse(readFileSync(secrets, 'utf8'));
    call.secretsMode = (statSync(secrets).mode & 0o777).toString(8);
  }
  call.config = JSON.parse(readFileSync(option('config'), 'utf8'));
  state.secrets = [...new Set([...(state.secrets ?? []), ...Object.keys(call.secrets ?? {})])];
  if (state.refuses) end(1, '✘ [ERROR] the domain is not on this account');
  end(
    0,
    `Total Upload: 5381.51 KiB / gzip: 3872.32 KiB\nUploaded ${call.config.name}\n  https://${call.config.name}.jane.workers.dev`,
  );
}
end(1, `✘ [ERROR] the double does not know: ${args.join(' ')}`);
