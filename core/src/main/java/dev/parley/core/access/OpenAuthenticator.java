package dev.parley.core.access;

import dev.parley.core.user.Profile;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Open mode: believes the name that the caller gives. For one machine, or a network of friends.
public final class OpenAuthenticator implements Authenticator {
  private static final Set<Caller.Right> RIGHTS =
      Set.of(Caller.Right.CREATE_ROOMS, Caller.Right.IMPORT);

  @Override
  public Caller authenticate(Credentials credentials, @Nullable Profile claimed) {
    if (claimed != null) {
      return new Caller(claimed, RIGHTS);
    }
    String user = credentials.user();
    return user == null || user.isEmpty()
        ? Caller.NOBODY
        : new Caller(new Profile(user, user, user, ""), RIGHTS);
  }
}
