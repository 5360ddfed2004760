-- Which organization a caller belongs to. messenger_organization_of(claims) decides it, for
-- everything: an operator may replace it by one that looks into a table of members (docs/deploy.md).

-- Made, or brought up to date, only where it is still one of ours: an operator's own stays.
do $tenants$
declare
  v_body constant text := $body$
declare
  v_id jsonb := claims #> '{app_metadata,organization_id}';
  v_number numeric;
  v_text text;
begin
  case coalesce(jsonb_typeof(v_id), 'null')
    when 'null' then
      v_text := claims ->> 'sub';
    when 'string' then
      v_text := v_id #>> '{}';
    when 'number' then
      v_number := (v_id #>> '{}')::numeric;
      if v_number = trunc(v_number) and abs(v_number) < 2::numeric ^ 53 then
        v_text := trunc(v_number)::text;
      end if;
    else
      v_text := null;
  end case;
  -- 1 to 255 characters, no control character, no white space at the ends.
  if char_length(v_text) <= 255
    and v_text ~ '^[^\u0001-\u001F\u007F-\u009F]+$'
    and v_text !~ '^[\s\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF]'
    and v_text !~ '[\s\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF]$'
  then
    return v_text;
  end if;
  return null;
end
$body$;
  -- md5 of the bodies of earlier releases.
  v_earlier constant text[] := array[]::text[];
  v_present text;
begin
  select md5(p.prosrc) into v_present from pg_proc p
  where p.oid = to_regprocedure('public.messenger_organization_of(jsonb)');
  if v_present is null or v_present = md5(v_body) or v_present = any (v_earlier) then
    execute format(
      'create or replace function public.messenger_organization_of(claims jsonb) '
      'returns text language plpgsql immutable set search_path = '''' as %L', v_body);
    comment on function public.messenger_organization_of(jsonb) is
      'The organization of a user, by the claims of their access token: '
      'app_metadata.organization_id, else the user''s own id; null for none. Yours to replace.';
  end if;
end
$tenants$;
revoke all on function public.messenger_organization_of(jsonb) from public, anon, authenticated;
grant execute on function public.messenger_organization_of(jsonb) to service_role;

create or replace function messenger_internal.canonical_organization(p_organization text)
returns text language plpgsql immutable set search_path = '' as $$
begin
  if p_organization ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return lower(p_organization);
  end if;
  return nullif(p_organization, '');
end
$$;
comment on function messenger_internal.canonical_organization(text) is
  'One spelling for each organization: UUIDs in lower case. Null for an empty one.';
revoke all on function messenger_internal.canonical_organization(text) from public;
grant execute on function messenger_internal.canonical_organization(text) to service_role;

create or replace function public.messenger_folder(organization text)
returns text language plpgsql immutable set search_path = '' as $$
begin
  return case when organization ~ '^[A-Za-z0-9][A-Za-z0-9-]{0,99}$' then organization
    else '_' || encode(sha256(convert_to(organization, 'UTF8')), 'hex') end;
end
$$;
comment on function public.messenger_folder(text) is
  'An organization''s name where only letters, digits and hyphens are allowed: in the topic of its '
  'channel. It is the organization itself, or _ and its SHA-256 in hex. Null for none.';
revoke all on function public.messenger_folder(text) from public, anon;
grant execute on function public.messenger_folder(text) to authenticated, service_role;

create or replace function messenger_internal.organization_of(
  p_claims text,
  p_organization text
) returns text language plpgsql stable set search_path = '' as $$
declare
  v_claims jsonb;
  v_organization text := p_organization;
begin
  if p_claims is not null then
    begin
      v_claims := p_claims::jsonb;
    exception when invalid_text_representation or untranslatable_character then
      return null;
    end;
    begin
      v_organization := public.messenger_organization_of(v_claims);
    exception when others then
      raise exception 'messenger_organization_of failed: %', sqlerrm
        using errcode = 'WPP01', detail = sqlstate;
    end;
  end if;
  return messenger_internal.canonical_organization(v_organization);
end
$$;
comment on function messenger_internal.organization_of(text, text) is
  'The organization that a call is for: of the claims of a user, or as the project''s own server '
  'names it. Null: none. Raises WPP01 when messenger_organization_of fails.';
revoke all on function messenger_internal.organization_of(text, text) from public;
grant execute on function messenger_internal.organization_of(text, text) to service_role;

create or replace function messenger_internal.user_of(p_claims text)
returns uuid language plpgsql immutable set search_path = '' as $$
declare
  v_sub text := p_claims::jsonb ->> 'sub';
begin
  if v_sub ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return v_sub::uuid;
  end if;
  return null;
end
$$;
comment on function messenger_internal.user_of(text) is
  'The id of the user with these claims; null where it is no UUID, or there are no claims.';
revoke all on function messenger_internal.user_of(text) from public;
grant execute on function messenger_internal.user_of(text) to service_role;

notify pgrst, 'reload schema';
