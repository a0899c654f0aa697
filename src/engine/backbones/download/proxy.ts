import { EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { HeadwayError } from '../../../shared/errors.ts';

/**
 * Connections as the environment wants them: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in capitals or not. Close it after use.
 * Throws HeadwayError('invalid') for a proxy address that is none.
 */
export function connections(env: NodeJS.ProcessEnv): Dispatcher {
  const of = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? '';
  const [httpProxy, httpsProxy, noProxy] = [of('HTTP_PROXY'), of('HTTPS_PROXY'), of('NO_PROXY')];
  for (const proxy of [httpProxy, httpsProxy])
    if (proxy !== '' && !/^https?:$/.test(URL.parse(proxy)?.protocol ?? ''))
      throw new HeadwayError('invalid', `"${proxy}" is not the address of a proxy; mend HTTPS_PROXY or HTTP_PROXY.`);
  return new EnvHttpProxyAgent({ httpProxy, httpsProxy, noProxy });
}
