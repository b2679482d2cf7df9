import proxyAddr from 'proxy-addr';

/** Whether a text is an IP address, or a range of them like `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  try {
    proxyAddr.compile([text]);
    return true;
  } catch {
    return false;
  }
}
