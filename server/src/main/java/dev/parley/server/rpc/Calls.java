package dev.parley.server.rpc;

import dev.parley.core.access.Authenticator;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.user.Profile;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who calls: takes the credentials off every call, and asks the authenticator when an adapter
/// wants to know. The name comes as `parley-user`, or, where it is not ASCII, as UTF-8 in
/// `parley-user-bin`.
public final class Calls implements ServerInterceptor {
  private static final Metadata.Key<String> USER =
      Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> USER_UTF8 =
      Metadata.Key.of("parley-user-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Authenticator.Credentials> CREDENTIALS =
      Context.key("parley-credentials");

  private final Authenticator authenticator;

  public Calls(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Context context = Context.current().withValue(CREDENTIALS, credentials(call, headers));
    return Contexts.interceptCall(context, call, headers, next);
  }

  /// What came with a call.
  public static Authenticator.Credentials credentials(ServerCall<?, ?> call, Metadata headers) {
    SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    byte[] utf8 = headers.get(USER_UTF8);
    String user = utf8 == null ? headers.get(USER) : new String(utf8, StandardCharsets.UTF_8);
    return new Authenticator.Credentials(user, headers.get(AUTHORIZATION), String.valueOf(address));
  }

  /// The caller of a call on a stream.
  ///
  /// @throws RefusedException if the caller cannot be told
  public Caller caller(Authenticator.Credentials credentials, @Nullable Profile claimed)
      throws RefusedException {
    String user = credentials.user();
    if (user != null) {
      Checks.id("metadata parley-user", user);
    }
    return authenticator.authenticate(credentials, claimed);
  }

  /// The caller of the current call, who must be known.
  ///
  /// @param claimed who the caller says he is in the request; null: it does not say
  /// @throws RefusedException if the caller cannot be told
  public Caller known(@Nullable Profile claimed) throws RefusedException {
    return requireKnown(caller(claimed));
  }

  /// A caller, who must be known.
  ///
  /// @throws RefusedException if he is not
  public static Caller requireKnown(Caller caller) throws RefusedException {
    if (!caller.isKnown()) {
      throw new RefusedException(
          Reason.UNAUTHENTICATED.because(
              "nobody is named as the caller (expected: metadata parley-user)"));
    }
    return caller;
  }

  /// The caller of a call on a stream; who does not say who he is goes by the address that he calls
  /// from.
  ///
  /// @throws RefusedException if the caller cannot be told
  public Caller callerOrAddress(Authenticator.Credentials credentials) throws RefusedException {
    Caller caller = caller(credentials, null);
    String host = host(credentials.address());
    return caller.isKnown() ? caller : new Caller(new Profile(host, host, host, ""), Set.of());
  }

  /// As [#callerOrAddress(Authenticator.Credentials)], of the current call.
  ///
  /// @throws RefusedException if the caller cannot be told
  public Caller callerOrAddress() throws RefusedException {
    return callerOrAddress(current());
  }

  /// What of an address names the machine.
  private static String host(String address) {
    int begin = address.indexOf('/') + 1;
    return address.substring(begin, Math.max(begin, address.lastIndexOf(':')));
  }

  /// The caller of the current call.
  ///
  /// @param claimed who the caller says he is in the request; null: it does not say
  /// @throws RefusedException if the caller cannot be told
  public Caller caller(@Nullable Profile claimed) throws RefusedException {
    return caller(current(), claimed);
  }

  /// Network address of the peer of the current call.
  public String address() {
    return current().address();
  }

  private static Authenticator.Credentials current() {
    Authenticator.Credentials credentials = CREDENTIALS.get();
    if (credentials == null) {
      throw new IllegalStateException("not within a call");
    }
    return credentials;
  }
}
