package dev.parley.system;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;

/// HTTP/2 by hand (RFC 9113), for what no library would send. Used by one thread.
final class Http2Peer implements AutoCloseable {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int UNKNOWN = 0xf0;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int MAX_DATA = 16_384;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final Map<Integer, Integer> windows = new HashMap<>();
  private int initialWindow = DEFAULT_WINDOW;
  private int window = DEFAULT_WINDOW;
  private int lastStream = -1;

  /// Connects, and reads the server's settings.
  Http2Peer(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0], 0, 0);
    while (read() != SETTINGS) {}
  }

  /// Begins a call of gRPC.
  ///
  /// @param headers more of them, names and values in turn
  /// @return its stream
  int call(String path, String... headers) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    literal(block, ":method", "POST");
    literal(block, ":scheme", "http");
    literal(block, ":path", path);
    literal(block, ":authority", "localhost");
    literal(block, "te", "trailers");
    literal(block, "content-type", "application/grpc");
    for (int i = 0; i < headers.length; i += 2) {
      literal(block, headers[i], headers[i + 1]);
    }
    lastStream += 2;
    windows.put(lastStream, initialWindow);
    frame(HEADERS, END_HEADERS, lastStream, block.toByteArray(), 0, block.size());
    return lastStream;
  }

  /// A header that no table is needed for (RFC 7541, 6.2.2).
  private static void literal(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    block.write(name.length());
    block.writeBytes(name.getBytes(US_ASCII));
    block.write(value.length());
    block.writeBytes(value.getBytes(US_ASCII));
  }

  /// Sends bytes, as fast as the server gives room for them.
  ///
  /// @throws IOException if the server has closed the connection, or ended the stream
  void send(int stream, byte[] bytes) throws IOException {
    int sent = 0;
    while (sent < bytes.length) {
      Integer own = windows.get(stream);
      if (own == null) {
        throw new IOException("the server has ended stream " + stream);
      }
      int now = Math.min(Math.min(bytes.length - sent, MAX_DATA), Math.min(own, window));
      if (now > 0) {
        frame(DATA, 0, stream, bytes, sent, now);
        windows.put(stream, own - now);
        window -= now;
        sent += now;
      } else {
        read();
      }
    }
  }

  /// Sends a frame of a type that nobody knows, which is to be ignored (RFC 9113, 5.5).
  void sendUnknown(byte[] bytes) throws IOException {
    frame(UNKNOWN, 0, 0, bytes, 0, bytes.length);
  }

  /// Whether the server has closed the connection by now.
  boolean isClosed() {
    try {
      while (in.available() > 0) {
        read();
      }
      socket.setSoTimeout(1);
      try {
        return in.read() < 0;
      } catch (java.net.SocketTimeoutException open) {
        return false;
      } finally {
        socket.setSoTimeout(0);
      }
    } catch (IOException gone) {
      return true;
    }
  }

  private void frame(int type, int flags, int stream, byte[] bytes, int from, int length)
      throws IOException {
    out.writeInt(length << 8 | type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(bytes, from, length);
    out.flush();
  }

  /// Reads a frame, and does what it says.
  ///
  /// @return its type
  private int read() throws IOException {
    int first = in.readInt();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    byte[] bytes = new byte[first >>> 8];
    in.readFully(bytes);
    DataInputStream body = new DataInputStream(new java.io.ByteArrayInputStream(bytes));
    int type = first & 0xff;
    switch (type) {
      case SETTINGS -> {
        if ((flags & ACK) == 0) {
          settings(body);
        }
      }
      case WINDOW_UPDATE -> {
        int more = body.readInt();
        if (stream == 0) {
          window += more;
        } else {
          windows.computeIfPresent(stream, (_, now) -> now + more);
        }
      }
      case PING -> {
        if ((flags & ACK) == 0) {
          frame(PING, ACK, 0, bytes, 0, bytes.length);
        }
      }
      case RST_STREAM -> windows.remove(stream);
      case GOAWAY -> throw new IOException("the server goes away");
      default -> {
        // what is answered does not matter here
      }
    }
    return type;
  }

  private void settings(DataInputStream body) throws IOException {
    while (body.available() > 0) {
      int name = body.readUnsignedShort();
      int value = body.readInt();
      if (name == INITIAL_WINDOW_SIZE) {
        int more = value - initialWindow;
        initialWindow = value;
        windows.replaceAll((_, now) -> now + more);
      }
    }
    frame(SETTINGS, ACK, 0, new byte[0], 0, 0);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
