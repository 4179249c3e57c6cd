import { checkRules } from '../../deploy/check/linux-live.js';
import { readDeployFile } from '../../deploy/plan/deploy-file.js';
import { linuxHost } from '../../deploy/plan/linux-host.js';

// Prints what is found of the rules that are loaded in the network of this process.
const [config, name] = process.argv.slice(2);
const file = readDeployFile(config!);
const host = file.hosts.find((one) => one.name === name)!;
process.stdout.write(`${JSON.stringify(await checkRules(linuxHost(file, host, config!)))}\n`);
