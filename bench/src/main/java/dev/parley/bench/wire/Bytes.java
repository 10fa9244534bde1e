package dev.parley.bench.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Hashes and numbers in slices of arrays. Pure functions.
public final class Bytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;

  private Bytes() {}

  /// A hash that tells any two slices apart that a correct server could mix up. Not for enemies.
  public static long hash(byte[] bytes, int offset, int length) {
    long hash = length * FACTOR;
    int at = offset;
    int end = offset + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = mix(hash, (long) LONG.get(bytes, at));
    }
    long rest = 0;
    for (; at < end; at++) {
      rest = (rest << Byte.SIZE) | (bytes[at] & 0xff);
    }
    return mix(hash, rest);
  }

  /// The hash of a text in UTF-8.
  public static long hash(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return hash(bytes, 0, bytes.length);
  }

  /// One hash of two.
  public static long mix(long hash, long more) {
    long mixed = (hash ^ more) * FACTOR;
    return mixed ^ mixed >>> 29;
  }

  /// A number written as hexadecimal digits; -1 where there is something else.
  public static long hex(byte[] bytes, int offset, int digits) {
    long value = 0;
    for (int i = offset; i < offset + digits; i++) {
      int digit = Character.digit(bytes[i], 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  /// Writes the lowest digits of a number as hexadecimal.
  public static void putHex(byte[] bytes, int offset, int digits, long value) {
    long left = value;
    for (int i = offset + digits - 1; i >= offset; i--) {
      bytes[i] = (byte) Character.forDigit((int) (left & 0xf), 16);
      left >>>= 4;
    }
  }
}
